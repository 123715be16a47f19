import { KILL_STAGES } from '../../config/vocabulary';

const FORM = new RegExp(`^(?:${KILL_STAGES.join('|')})@([1-9][0-9]{0,2})$`);

/** Per cent of the budget at which each stage begins, `null` for one that is not of the form `notify@80`. */
export const stagePercents = (stages: readonly string[]): (number | null)[] =>
  stages.map((stage) => {
    const percent = FORM.exec(stage)?.[1];
    return percent === undefined ? null : Number(percent);
  });

export const STAGE_FORM = `one of ${KILL_STAGES.join(', ')}, then @ and a percentage, such as ${KILL_STAGES[0]}@80`;
