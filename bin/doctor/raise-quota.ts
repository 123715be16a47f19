/** The command that asks AWS for more. */
export const raiseQuota = (service: string, code: string, value: number, region: string): string =>
  `aws service-quotas request-service-quota-increase --service-code ${service} --quota-code ${code} --desired-value ${value} --region ${region}`;
