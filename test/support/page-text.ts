/** What a person reads of a page, without its look: blocks and white space as single spaces. */
export function textOf(page: string): string {
  const markup = page.replace(/<style>[\s\S]*?<\/style>/, '');
  const inline = markup.replace(/<span class="unseen">(.*?)<\/span>/g, '$1').replace(/<\/?(?:bdi|wbr)\b[^>]*>/g, '');
  return decoded(inline.replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ');
}

/** What the demo's page says of each route. */
export function verdictsIn(page: string): Record<string, string> {
  const verdicts = page.matchAll(/<h3><a href="([^"]+)">[\s\S]*?<p class="mark \w+"><span aria-hidden="true">.<\/span> (\w+)<\/p>/g);
  return Object.fromEntries([...verdicts].map(([, path, word]) => [path as string, word as string]));
}

const characters: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', nbsp: ' ', amp: '&' };

/** Character references, in one pass: what one stands for is none itself. */
function decoded(text: string): string {
  return text.replace(/&(?:#(\d+)|(lt|gt|quot|nbsp|amp));/g, (_, code: string | undefined, name: string) =>
    code === undefined ? (characters[name] as string) : String.fromCodePoint(Number(code)),
  );
}
