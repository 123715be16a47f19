/** The `data` of each event of a streamed response, to its end. */
export async function readEvents(response: Response): Promise<string[]> {
  return eventsOf(await response.text());
}

export function eventsOf(text: string): string[] {
  return text
    .split('\n\n')
    .filter((event) => event.startsWith('data: '))
    .map((event) => event.slice('data: '.length));
}
