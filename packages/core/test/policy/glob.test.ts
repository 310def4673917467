import { describe, expect, it } from 'vitest';
import { dnsGlob, emailGlob, type Glob, textGlob, uriGlob } from '../../src/policy/glob.js';

const kinds = { dns: dnsGlob, uri: uriGlob, email: emailGlob, text: textGlob } as const;
type Kind = keyof typeof kinds;

function matches(glob: Glob, value: string): boolean {
  if (!glob.ok) throw new Error(glob.problem);
  return glob.matches(value);
}

describe('a glob is refused when', () => {
  it.each<[title: string, kind: Kind, glob: string, problem: RegExp]>([
    ['it has no *', 'dns', 'a.example', /begins with '\*\.'/],
    ['it is nothing but a *', 'dns', '*', /every DNS name/],
    ['it is nothing but **', 'dns', '**', /every DNS name/],
    ['its * is in the middle', 'dns', 'a.*.example', /begins with/],
    ['its * is a part of a label', 'dns', 'api-*.example', /begins with/],
    ['it has another *', 'dns', '*.*.example', /leftmost label alone/],
    ['it ends in a dot', 'dns', '*.example.', /leftmost label alone/],
    ['it has a label that is none', 'dns', '*.-a.example', /leftmost label alone/],
    ['its name is not in ASCII', 'dns', '*.\u212a.example', /in ASCII/],
    ['its scheme has a *', 'uri', 'http*://a/b', /scheme and authority/],
    ['its authority has a *', 'uri', 'spiffe://*.example/a', /scheme and authority/],
    ['it has no scheme', 'uri', '/ns/*', /scheme and authority/],
    ['it has no * in its path', 'uri', 'spiffe://a/b', /has a \* in its path/],
    ['** is not its last segment', 'uri', 'spiffe://a/**/b', /last segment/],
    ['** is a part of a segment', 'uri', 'spiffe://a/b**', /last segment/],
    ['a percent sign stands beside a *, and nothing could match', 'uri', 'spiffe://a/b%20*', /percent-encoded/],
    ['a query stands beside a *, and nothing could match', 'uri', 'https://a/b?c=*', /percent-encoded/],
    ['it has no @', 'email', '*.example', /'@'/],
    ['it has no local part', 'email', '@*.example', /'@'/],
    ['it has no domain', 'email', '*@', /'@'/],
    ['it has two @, and nothing could match', 'email', '*@a@b.example', /one '@'/],
    ['it is any address', 'email', '*@*', /every DNS name/],
    ['its domain has a * in the middle', 'email', 'a@b.*.example', /begins with/],
    ['its domain is not in ASCII', 'email', '*@\u212a.example', /in ASCII/],
    ['it is any text', 'text', '*', /every value/],
    ['it is any text, written longer', 'text', '***', /every value/],
    ['it has no * in it', 'text', 'api', /has a \*/],
    ['it has a character that does not show, and nothing could match', 'text', 'api\u200b*', /characters that show/],
  ])('%s', (_title, kind, glob, problem) => {
    const read = kinds[kind](glob);
    expect(read.ok ? 'accepted' : read.problem).toMatch(problem);
  });
});

describe('a glob does not match', () => {
  it.each<[title: string, kind: Kind, glob: string, value: string]>([
    ['the domain itself', 'dns', '*.example', 'example'],
    ['two labels', 'dns', '*.example', 'a.b.example'],
    ['an empty label', 'dns', '*.example', '.example'],
    ['an empty label among several', 'dns', '**.example', 'a..example'],
    ['the domain itself, by **', 'dns', '**.example', 'example'],
    ['a dot at the end', 'dns', '*.example', 'a.example.'],
    ['a * of the certificate', 'dns', '*.example', '*.example'],
    ['a * of the certificate below', 'dns', '**.example', '*.a.example'],
    ['a domain that ends likewise', 'dns', '*.example', 'a.bad-example'],
    ['a domain below another', 'dns', '*.example', 'a.example.evil'],
    ['a Kelvin sign for k', 'dns', '*.k.example', 'a.\u212a.example'],
    ['a Kelvin sign in a free label', 'dns', '*.example', '\u212a.example'],
    ['a label with a space', 'dns', '*.example', 'a b.example'],
    ['a label with a line break', 'dns', '*.example', 'a\n.example'],
    ['a label with a NUL', 'dns', '*.example', 'a\0.example'],
    ['more than 253 characters', 'dns', '**.example', `${'a.'.repeat(124)}example`],
    ['another trust domain', 'uri', 'spiffe://a/*', 'spiffe://b/x'],
    ['a trust domain that goes on', 'uri', 'spiffe://a/*', 'spiffe://a.evil/x'],
    ['a trust domain of another case', 'uri', 'spiffe://a/*', 'spiffe://A/x'],
    ['two segments', 'uri', 'spiffe://a/*', 'spiffe://a/x/y'],
    ['an empty segment', 'uri', 'spiffe://a/*', 'spiffe://a/'],
    ['an empty segment, by **', 'uri', 'spiffe://a/**', 'spiffe://a//x'],
    ['nothing, by **', 'uri', 'spiffe://a/ns/**', 'spiffe://a/ns'],
    ['.', 'uri', 'spiffe://a/*', 'spiffe://a/.'],
    ['..', 'uri', 'spiffe://a/*/b', 'spiffe://a/../b'],
    ['.. of ** ', 'uri', 'spiffe://a/**', 'spiffe://a/x/../y'],
    ['.. where * is a part', 'uri', 'spiffe://a/.*', 'spiffe://a/..'],
    ['a slash, percent-encoded', 'uri', 'spiffe://a/*', 'spiffe://a/x%2fy'],
    ['dots, percent-encoded', 'uri', 'spiffe://a/**', 'spiffe://a/%2e%2e/y'],
    ['a query', 'uri', 'spiffe://a/*', 'spiffe://a/x?y'],
    ['a fragment', 'uri', 'spiffe://a/**', 'spiffe://a/x#y'],
    ['a backslash, which browsers take for a slash', 'uri', 'https://a/*', 'https://a/x\\..\\y'],
    ['a line break', 'uri', 'spiffe://a/*', 'spiffe://a/x\ny'],
    ['a NUL', 'uri', 'spiffe://a/*', 'spiffe://a/x\0'],
    ['a space', 'uri', 'spiffe://a/**', 'spiffe://a/x/ y'],
    ['a * of the certificate', 'uri', 'spiffe://a/*/api', 'spiffe://a/*/api'],
    ['letters beyond ASCII', 'uri', 'spiffe://a/*', 'spiffe://a/\u0430pi'],
    ['more than 2,048 characters', 'uri', 'spiffe://a/*', `spiffe://a/${'x'.repeat(2_048)}`],
    ['an empty local part', 'email', '*@a.example', '@a.example'],
    ['an @ in the local part', 'email', '*@a.example', '"x@a.example"@a.example'],
    ['an address in the local part of another', 'email', '*@a.example', 'x@a.example@b.example'],
    ['a local part of another case', 'email', 'api-*@a.example', 'API-1@a.example'],
    ['another domain', 'email', '*@a.example', 'x@b.example'],
    ['a domain below', 'email', '*@a.example', 'x@b.a.example'],
    ['the domain above', 'email', 'x@*.example', 'x@example'],
    ['a Kelvin sign for k in the domain', 'email', '*@k.example', 'x@\u212a.example'],
    ['a space in the local part', 'email', '*@a.example', 'x y@a.example'],
    ['no address', 'email', '*@a.example', 'a.example'],
    ['another beginning', 'text', 'api-*', 'my-api-1'],
    ['another end', 'text', '*-api', 'my-api-1'],
    ['overlapping ends', 'text', 'ab*ba', 'aba'],
    ['parts in another order', 'text', 'a*b*c', 'acb'],
    ['a NUL', 'text', 'api-*', 'api-1\0'],
    ['a line break', 'text', 'api-*', 'api-1\n'],
    ['a character that turns the writing direction', 'text', 'api-*', 'api-\u202e1'],
    ['a character that does not show', 'text', 'api-*', 'api-\u200b1'],
    ['half a character', 'text', 'api-*', 'api-\ud800'],
    ['another case', 'text', 'api-*', 'API-1'],
    ['8 kB', 'text', 'a*', 'a'.repeat(8_192)],
  ])('%s', (_title, kind, glob, value) => {
    expect(matches(kinds[kind](glob), value)).toBe(false);
  });
});

describe('a glob matches', () => {
  it.each<[title: string, kind: Kind, glob: string, value: string]>([
    ['one label', 'dns', '*.example', 'a.example'],
    ['one label of another case', 'dns', '*.EXAMPLE', 'A.Example'],
    ['several labels', 'dns', '**.example', 'a.b-c._d.example'],
    ['an A-label', 'dns', '*.example', 'xn--zo-jma.example'],
    ['one segment', 'uri', 'spiffe://a/ns/*/sa/api', 'spiffe://a/ns/prod/sa/api'],
    ['a part of a segment', 'uri', 'spiffe://a/ns/prod-*', 'spiffe://a/ns/prod-1'],
    ['several segments', 'uri', 'spiffe://a/**', 'spiffe://a/x/y/z'],
    ['dots that are no segment of their own', 'uri', 'spiffe://a/*', 'spiffe://a/...'],
    ['the punctuation of a segment', 'uri', 'https://a/*', "https://a/~!$&'()+,;=:@-"],
    ['a URN', 'uri', 'urn:example:*', 'urn:example:api'],
    ['a local part', 'email', '*@A.example', 'Alice.B+c@a.EXAMPLE'],
    ['a part of a local part', 'email', 'api-*@a.example', 'api-1@a.example'],
    ['one label of the domain', 'email', 'x@*.example', 'x@a.example'],
    ['several labels of the domain', 'email', '*@**.example', 'x@a.b.example'],
    ['nothing', 'text', 'api*', 'api'],
    ['several parts', 'text', 'a*b*c', 'a-b-c'],
    ['letters beyond ASCII', 'text', 'Zo*', 'Zoë 😀'],
    ['a * of the certificate, which is text', 'text', 'a*', 'a*b'],
    ['what spells the rest of a name, since it is text', 'text', 'x*', 'x, CN=api'],
  ])('%s', (_title, kind, glob, value) => {
    expect(matches(kinds[kind](glob), value)).toBe(true);
  });

  it('in one pass, whatever the value', () => {
    const glob = textGlob(`${'a*'.repeat(500)}b`);
    const begun = performance.now();
    for (let i = 0; i < 20; i++) expect(matches(glob, 'a'.repeat(2_000))).toBe(false);
    // It takes a millisecond; backtracking would take years.
    expect(performance.now() - begun).toBeLessThan(2_000);
  });
});
