import { connectChecked, systemLookup } from './checked-socket.js';
import { brief, checkUrl } from './fetch-rules.js';
import type { FetchFailure, FetchOptions, FetchResult } from './fetch-types.js';
import { exchange } from './http-exchange.js';
import { nodeRuntime } from './runtime.js';

const mebibyte = 1024 * 1024;

/**
 * Fetches bytes over HTTP or HTTPS, within bounds of time and size. Takes no proxy from the environment, keeps no cookies and no connections,
 * accepts no content coding, and connects only to where the rules allow, checked on the connected address and again for each redirect, of which
 * none leads from https to http. Never throws, never rejects.
 */
export async function fetchBytes(url: string, options: FetchOptions): Promise<FetchResult> {
  const runtime = options.runtime ?? nodeRuntime;
  const deadline = new AbortController();
  const callOff = runtime.after(options.timeoutMilliseconds ?? 10_000, () => deadline.abort('timeout'));
  const abort = (): void => deadline.abort('signal');
  options.signal?.addEventListener('abort', abort, { once: true });
  if (options.signal?.aborted === true) abort();
  try {
    const result = await follow(url, options, deadline.signal);
    // Whatever broke off, it was for this reason.
    if (result.ok || !deadline.signal.aborted) return result;
    if (deadline.signal.reason === 'signal') return { ok: false, why: 'network', detail: 'was called off' };
    return { ok: false, why: 'timeout', detail: `was not answered in full within ${options.timeoutMilliseconds ?? 10_000} ms` };
  } catch (error) {
    return { ok: false, why: 'network', detail: `failed: ${brief(error instanceof Error ? error.message : String(error))}` };
  } finally {
    callOff();
    options.signal?.removeEventListener('abort', abort);
  }
}

async function follow(first: string, options: FetchOptions, signal: AbortSignal): Promise<FetchResult> {
  const mostRedirects = options.mostRedirects ?? 3;
  let checked = checkUrl(first, options);
  if (!checked.ok) return { ok: false, why: 'refused', detail: `the URL ${checked.detail}` };
  for (let redirects = 0; ; redirects++) {
    const { url } = checked;
    const answer = await fetchOnce(url, options, signal);
    if (!answer.ok || !('location' in answer)) return answer;
    if (options.body !== undefined) return redirect('a POST is not redirected', answer.status);
    if (redirects >= mostRedirects) return redirect(`more than ${mostRedirects} redirects`, answer.status);
    if (!URL.canParse(answer.location, url.href)) return redirect(`to ${brief(answer.location)}, which is no URL`, answer.status);
    const target = new URL(answer.location, url);
    if (url.protocol === 'https:' && target.protocol !== 'https:') return redirect('from https to http', answer.status);
    checked = checkUrl(target.href, options);
    if (!checked.ok) return redirect(`to a URL that ${checked.detail}`, answer.status);
  }
}

async function fetchOnce(url: URL, options: FetchOptions, signal: AbortSignal): ReturnType<typeof exchange> {
  const connected = await connectChecked(url, options, options.lookup ?? systemLookup, signal);
  if (!connected.ok) return connected;
  const { socket } = connected;
  if (options.inBackground === true) socket.unref();
  try {
    return await exchange(socket, url, { ...options, largestBytes: options.largestBytes ?? 64 * mebibyte }, signal);
  } finally {
    socket.destroy();
  }
}

function redirect(detail: string, status: number): FetchFailure {
  return { ok: false, why: 'redirect', detail: `was redirected: ${detail}`, status };
}
