import { createServer as createHttpsServer } from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type FetchOptions, type FetchResult, fetchBytes } from '../../src/sources/index.js';
import { serverCredentials } from '../server/credentials.js';
import { generalName, subjectAltName, testKey } from '../support/certificate-builder.js';
import { closeServers, listen, loopback, saying, serving } from './test-server.js';

afterEach(closeServers);

function get(url: string, options: Partial<FetchOptions> = {}): Promise<FetchResult> {
  return fetchBytes(url, { ...loopback(url.startsWith('http') && URL.canParse(url) ? url : 'http://a.test:1'), ...options });
}

async function failure(url: string, options: Partial<FetchOptions> = {}): Promise<{ why: string; detail: string; status?: number }> {
  const result = await get(url, options);
  if (result.ok) throw new Error(`was fetched: ${Buffer.from(result.bytes).toString()}`);
  return result;
}

async function text(url: string, options: Partial<FetchOptions> = {}): Promise<string> {
  const result = await get(url, options);
  return result.ok ? Buffer.from(result.bytes).toString() : JSON.stringify(result);
}

/** Sends a little every 10 ms, for as long as somebody listens. */
function dripping(socket: Socket, next: () => string): void {
  const timer = setInterval(() => socket.write(next()), 10);
  socket.once('close', () => clearInterval(timer));
}

/** Answers look-ups one after the other. */
function answering(...answers: (string | string[])[]): LookupFunction & { readonly asked: string[] } {
  const asked: string[] = [];
  const lookup: LookupFunction = (name, options, done) => {
    asked.push(name);
    const addresses = [answers[Math.min(asked.length, answers.length) - 1] ?? []]
      .flat()
      .map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    setImmediate(() => (options.all === true ? done(null, addresses) : done(null, addresses[0]?.address ?? '', 4)));
  };
  return Object.assign(lookup, { asked });
}

describe('nothing is asked', () => {
  it('where the rules forbid the URL', async () => {
    expect(await failure('http://user:secret@a.test/')).toEqual({
      ok: false,
      why: 'refused',
      detail: 'the URL carries a user name or password',
    });
    expect(await failure('nonsense')).toMatchObject({ why: 'refused' });
  });

  it('where the URL is none at all', async () => {
    expect(await fetchBytes(undefined as unknown as string, { allowHosts: 'any' })).toMatchObject({ ok: false, why: 'network' });
  });

  it.each([
    ['a private address', ['10.0.0.1']],
    ['a loopback address among public ones', ['93.184.216.34', '127.0.0.1']],
    ['a loopback address in IPv6 clothes', ['::ffff:127.0.0.1']],
  ])('of a name that has %s', async (_, addresses) => {
    let requests = 0;
    const url = await serving(() => requests++);
    const { port } = new URL(url);
    const lookup = answering(addresses);
    const result = await failure(`http://crl.test:${port}/`, { allowPrivateAddresses: false, lookup });
    expect(result).toMatchObject({ why: 'refused', detail: expect.stringMatching(/^crl\.test has the address .*, which is not public$/) });
    expect(requests).toBe(0);
  });

  it('where the address turns into another between the check and the connection', async () => {
    let requests = 0;
    const url = await serving((_request, response) => {
      requests++;
      response.end('secret');
    });
    let reads = 0;
    const shifty = {
      family: 4,
      get address(): string {
        return reads++ === 0 ? '93.184.216.34' : '127.0.0.1';
      },
    };
    const lookup: LookupFunction = (_name, _options, done) => done(null, [shifty]);
    const result = await failure(`http://crl.test:${new URL(url).port}/`, { allowPrivateAddresses: false, lookup });
    expect(result).toMatchObject({ why: 'refused', detail: 'crl.test has the address 127.0.0.1, which is not public' });
    expect(requests).toBe(0);
  });

  it('twice of DNS: a second answer would not be looked at', async () => {
    const url = await serving((_request, response) => response.end('fine'));
    const lookup = answering('127.0.0.1', '10.0.0.1');
    expect(await text(`http://crl.test:${new URL(url).port}/`, { lookup })).toBe('fine');
    expect(lookup.asked).toEqual(['crl.test']);
  });

  it('of a name without addresses, or that nobody knows', async () => {
    const url = await serving(() => undefined);
    const name = `http://crl.test:${new URL(url).port}/`;
    expect(await failure(name, { lookup: answering([[]].flat()) })).toEqual({
      ok: false,
      why: 'network',
      detail: 'cannot connect to crl.test: ENOTFOUND',
    });
    const lookup: LookupFunction = (_name, _options, done) => done(Object.assign(new Error('no'), { code: 'EAI_AGAIN' }), '');
    expect(await failure(name, { lookup })).toMatchObject({ why: 'network', detail: 'cannot connect to crl.test: EAI_AGAIN' });
  });

  it('where nobody listens', async () => {
    const url = await serving(() => undefined);
    closeServers();
    expect(await failure(url)).toMatchObject({ why: 'network', detail: 'cannot connect to 127.0.0.1: ECONNREFUSED' });
  });

  it('when it is called off before', async () => {
    expect(await failure('http://127.0.0.1:1/', { signal: AbortSignal.abort(), allowPorts: [1] })).toMatchObject({
      why: 'network',
      detail: 'was called off',
    });
  });
});

describe('an answer is refused', () => {
  it.each([204, 206, 300, 304, 400, 404, 500, 503])('with status %i', async (status) => {
    const url = await serving((_request, response) => response.writeHead(status).end());
    expect(await failure(url)).toEqual({ ok: false, why: 'status', detail: `was answered with status ${status}`, status });
  });

  it.each(['gzip', 'br', 'GZIP, identity', 'x'])('with the content coding %s', async (coding) => {
    const url = await serving((request, response) => {
      expect(request.headers['accept-encoding']).toBe('identity');
      response.writeHead(200, { 'content-encoding': coding }).end('x');
    });
    expect(await failure(url)).toMatchObject({ why: 'refused', detail: expect.stringContaining('content coding') });
  });

  it('that announces more than is allowed, before any of it', async () => {
    const url = await serving((_request, response) => response.writeHead(200, { 'content-length': 1e12 }).flushHeaders());
    expect(await failure(url, { largestBytes: 10 })).toMatchObject({ why: 'tooLarge', detail: expect.stringContaining('are announced') });
  });

  it('without end', async () => {
    let sent = 0;
    const url = await serving((_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384))) sent++;
      };
      response.on('drain', more);
      more();
    });
    expect(await failure(url, { largestBytes: 1_000_000 })).toMatchObject({
      why: 'tooLarge',
      detail: expect.stringContaining('more came'),
    });
    expect(sent).toBeLessThan(1000);
  });

  it('that is shorter than announced', async () => {
    const url = await saying('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort');
    expect(await failure(url)).toMatchObject({ why: 'network' });
  });

  it('that breaks off in a chunk', async () => {
    const url = await saying('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n');
    expect(await failure(url)).toMatchObject({ why: 'network' });
  });

  it.each([
    ['is reset', (socket: { resetAndDestroy(): unknown }) => socket.resetAndDestroy()],
    ['is closed without a word', (socket: { end(): unknown }) => socket.end()],
    ['says no HTTP', (socket: { end(text: string): unknown }) => socket.end('SSH-2.0-OpenSSH\r\n')],
    [
      'has two lengths',
      (socket: { end(text: string): unknown }) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx'),
    ],
    [
      'switches protocols',
      (socket: { end(text: string): unknown }) => socket.end('HTTP/1.1 101 Go\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
    ],
    ['has an endless head', (socket: { end(text: string): unknown }) => socket.end(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)],
  ])('of a connection that %s', async (_, answer) => {
    expect(await failure(await saying(answer))).toMatchObject({
      why: 'network',
      detail: expect.stringMatching(/^the connection to 127\.0\.0\.1 broke: /),
    });
  });

  it.each([
    ['says nothing', () => undefined],
    [
      'sends its head by the letter',
      (socket: Socket) => {
        const letters = [...`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(1000)}`];
        dripping(socket, () => letters.shift() ?? 'x');
      },
    ],
    [
      'sends its body by the byte',
      (socket: Socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
        dripping(socket, () => 'x');
      },
    ],
  ])('of a server that %s', async (_, answer) => {
    expect(await failure(await saying(answer), { timeoutMilliseconds: 150 })).toEqual({
      ok: false,
      why: 'timeout',
      detail: 'was not answered in full within 150 ms',
    });
  });

  it('when it is called off', async () => {
    const url = await saying(() => undefined);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 30);
    expect(await failure(url, { signal: controller.signal })).toMatchObject({ why: 'network', detail: 'was called off' });
  });

  it('when DNS does not answer in time', async () => {
    expect(await failure('http://crl.test/', { lookup: () => undefined, timeoutMilliseconds: 50 })).toMatchObject({ why: 'timeout' });
  });
});

describe('a redirect is refused', () => {
  async function redirecting(location: string | ((url: string) => string), options: Partial<FetchOptions> = {}): Promise<object> {
    let requests = 0;
    const url: string = await serving((_request, response) => {
      requests++;
      response.writeHead(302, { location: typeof location === 'string' ? location : location(url) }).end();
    });
    return { ...(await failure(url, options)), requests };
  }

  it('to itself, after three', async () => {
    expect(await redirecting((url) => url)).toEqual({
      ok: false,
      why: 'redirect',
      detail: 'was redirected: more than 3 redirects',
      status: 302,
      requests: 4,
    });
    expect(await redirecting((url) => url, { mostRedirects: 0 })).toMatchObject({ requests: 1 });
  });

  it.each([
    ['http://169.254.169.254/latest/meta-data', { allowHosts: 'any' }, 'has the address 169.254.169.254, which is not public'],
    ['http://[::1]/', { allowHosts: 'any' }, 'has the address ::1, which is not public'],
    ['http://evil.test/', { allowHosts: ['crl.test'] }, 'has the host "evil.test", which is not allowed'],
    ['http://crl.test:22/', { allowHosts: ['crl.test'] }, 'has the port 22, which is not allowed'],
    ['http://me@crl.test/', { allowHosts: ['crl.test'] }, 'carries a user name or password'],
    ['/#fragment', { allowHosts: ['crl.test'] }, 'carries a fragment'],
    ['file:///etc/passwd', { allowHosts: ['crl.test'] }, 'has the scheme "file:" instead of http: or https:'],
    ['http://[', { allowHosts: ['crl.test'] }, 'which is no URL'],
  ] as [string, { allowHosts: 'any' | string[] }, string][])('to %s', async (location, rules, expected) => {
    const url = await serving((_request, response) => response.writeHead(302, { location }).end());
    const { port } = new URL(url);
    const first = { ...loopback(url), ...rules, allowPrivateAddresses: ['crl.test'] };
    const result = await fetchBytes(`http://crl.test:${port}/`, { ...first, lookup: answering('127.0.0.1') });
    expect(result).toMatchObject({ ok: false, why: 'redirect', detail: expect.stringContaining(expected) });
  });

  it('to a name that has a private address', async () => {
    const url = await serving((_request, response) => response.writeHead(302, { location: 'http://internal.test/' }).end());
    const rules = { ...loopback(url), allowPrivateAddresses: ['crl.test'], lookup: answering('127.0.0.1', '10.0.0.1') };
    expect(await fetchBytes(`http://crl.test:${new URL(url).port}/`, rules)).toEqual({
      ok: false,
      why: 'refused',
      detail: 'internal.test has the address 10.0.0.1, which is not public',
    });
  });

  it('of a POST', async () => {
    expect(await redirecting((url) => url, { body: Buffer.from('x') })).toMatchObject({ why: 'redirect', requests: 1 });
  });

  it('without a place to go', async () => {
    const url = await serving((_request, response) => response.writeHead(302).end());
    expect(await failure(url)).toMatchObject({ why: 'status', status: 302 });
  });
});

describe('bytes are fetched', () => {
  it('as they are, in as many pieces as the server likes', async () => {
    const url = await serving((_request, response) => {
      for (let index = 0; index < 5000; index++) response.write(Buffer.of(index % 256));
      response.end();
    });
    const result = await get(url, { largestBytes: 5000 });
    expect(result.ok && [...result.bytes.subarray(254, 258)]).toEqual([254, 255, 0, 1]);
    expect(result.ok && result.bytes.length).toBe(5000);
    expect(await failure(url, { largestBytes: 4999 })).toMatchObject({ why: 'tooLarge' });
  });

  it('as large as is allowed', async () => {
    const body = Buffer.alloc(3_000_000, 7);
    const url = await serving((_request, response) => response.writeHead(200, { 'content-length': body.length }).end(body));
    const result = await get(url, { largestBytes: body.length });
    expect(result.ok && Buffer.compare(result.bytes, body)).toBe(0);
    expect(result.ok && result.bytes.buffer.byteLength).toBe(body.length);
  });

  it('with the headers that tell of freshness, and no others', async () => {
    const url = await serving((_request, response) =>
      response
        .writeHead(200, { etag: '"1"', 'last-modified': 'Mon', 'cache-control': 'max-age=5', 'set-cookie': 'a=b', 'content-type': 'a/b' })
        .end('x'),
    );
    expect(await get(url)).toMatchObject({
      ok: true,
      status: 200,
      headers: { etag: '"1"', 'last-modified': 'Mon', 'cache-control': 'max-age=5', 'content-type': 'a/b', age: undefined },
    });
    expect(Object.keys(((await get(url)) as { headers: object }).headers)).not.toContain('set-cookie');
  });

  it('only where they changed', async () => {
    const url = await serving((request, response) => {
      const { 'if-none-match': etag, 'if-modified-since': since } = request.headers;
      response.writeHead(etag === '"1"' || since === 'Mon' ? 304 : 200).end();
    });
    expect(await get(url, { etag: '"1"' })).toMatchObject({ ok: true, status: 304, bytes: new Uint8Array(0) });
    expect(await get(url, { lastModified: 'Mon' })).toMatchObject({ ok: true, status: 304 });
    expect(await get(url, { etag: '"2"' })).toMatchObject({ ok: true, status: 200 });
  });

  it('for what is posted', async () => {
    const url = await serving((request, response) => {
      const { method, headers } = request;
      request.on('data', (body) =>
        response.end(`${method} ${headers['content-type']} ${headers['content-length']} ${headers.accept} ${body}`),
      );
    });
    const options = { body: Buffer.from('query'), contentType: 'application/ocsp-request', accept: 'application/ocsp-response' };
    expect(await text(url, options)).toBe('POST application/ocsp-request 5 application/ocsp-response query');
  });

  it('from where a redirect leads, relative ones too', async () => {
    const url = await serving((request, response) => {
      if (request.url === '/there?x=1') response.end('there');
      else response.writeHead(301, { location: 'there?x=1' }).end();
    });
    expect(await text(url)).toBe('there');
  });

  it('by a name, whose host the server is told', async () => {
    const url = await serving((request, response) => response.end(request.headers.host));
    const { port } = new URL(url);
    expect(await text(`http://crl.test:${port}/`, { lookup: answering(['127.0.0.1', '::1']) })).toBe(`crl.test:${port}`);
  });

  it('past the proxies of the environment', async () => {
    const url = await serving((_request, response) => response.end('direct'));
    const before = { ...process.env };
    Object.assign(process.env, { HTTP_PROXY: 'http://127.0.0.1:1', http_proxy: 'http://127.0.0.1:1', NODE_USE_ENV_PROXY: '1' });
    try {
      expect(await text(url)).toBe('direct');
    } finally {
      process.env = before;
    }
  });
});

describe('over TLS', () => {
  const key = testKey('ec', 'fetched');
  const extensions = [subjectAltName(generalName.dNSName('crl.test'), generalName.iPAddress(127, 0, 0, 1))];
  const credentials = serverCredentials({ key, extensions });
  const secure = async (): Promise<string> =>
    `https://${await listen(
      createHttpsServer(credentials, (request, response) => {
        if (request.url === '/down') response.writeHead(302, { location: 'http://crl.test/' }).end();
        else response.end('secure');
      }),
    )}`;

  it('a server of an authority that is not known is refused, whatever the environment says', async () => {
    const url = await secure();
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      expect(await failure(url)).toMatchObject({ why: 'network', detail: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT') });
    } finally {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    }
  });

  it('a server of another name is refused', async () => {
    const url = await secure();
    const options = { serverAuthorities: credentials.cert, lookup: answering('127.0.0.1') };
    expect(await failure(`https://other.test:${new URL(url).port}/`, options)).toMatchObject({
      why: 'network',
      detail: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
    });
  });

  it('a server that says nothing is given up', async () => {
    const url = (await saying(() => undefined)).replace('http:', 'https:');
    expect(await failure(url, { timeoutMilliseconds: 100 })).toMatchObject({ why: 'timeout' });
  });

  it('a redirect to http is refused', async () => {
    const url = await secure();
    const options = { serverAuthorities: credentials.cert };
    expect(await failure(`${url}/down`, options)).toMatchObject({ why: 'redirect', detail: 'was redirected: from https to http' });
  });

  it('bytes are fetched, by name and by address', async () => {
    const url = await secure();
    const options = { serverAuthorities: credentials.cert };
    expect(await text(url, options)).toBe('secure');
    expect(await text(`https://crl.test:${new URL(url).port}/`, { ...options, lookup: answering('127.0.0.1') })).toBe('secure');
  });
});

describe('afterwards', () => {
  it('no connection and no timer is left', async () => {
    const url = await serving((_request, response) => response.writeHead(500).end());
    const handles = (): string[] => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout' || kind === 'TCPSocketWrap');
    const before = handles().length;
    await get(url, { timeoutMilliseconds: 60_000, inBackground: true });
    await get(url, { timeoutMilliseconds: 60_000 });
    closeServers();
    // Without a timer, which would count.
    for (const end = performance.now() + 30_000; handles().length > before && performance.now() < end; ) await new Promise(setImmediate);
    expect(handles().length).toBeLessThanOrEqual(before);
  });
});
