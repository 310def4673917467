/** Which request a log line is about: method and path, quoted and cut, without the query, which may hold secrets. */
export function requestLine(request: { readonly method?: unknown; readonly url?: unknown } | null | undefined): string {
  const [method, url] = [request?.method, request?.url];
  const path = typeof url === 'string' ? (url.split('?', 1)[0] ?? '') : '';
  return `${typeof method === 'string' ? method : 'request'} ${JSON.stringify(path.slice(0, 200))}`;
}
