/** What the charts of replays share. */
export const WIDTH = 760;

export const COLOURS: Readonly<Record<string, string>> = {
  hybrid: '#0a7f4f',
  naive: '#b45f06',
  mixed: '#7a5195',
  spot: '#2a6fb0',
};

export function picture(height: number, parts: readonly string[]): string {
  const names = Object.entries(COLOURS).map(
    ([name, colour], at) =>
      `<circle cx="${80 + at * 110}" cy="${height - 12}" r="5" fill="${colour}"/><text x="${90 + at * 110}" y="${height - 8}">${name}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12" fill="#333">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    ...parts,
    ...names,
    '</svg>',
    '',
  ].join('\n');
}
