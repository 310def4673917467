import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { writePem } from '../../src/asn1/index.js';
import { ConfigurationError } from '../../src/errors/index.js';
import { CertificateFeed, type CertificateFeedOptions, type CertificateSource } from '../../src/sources/index.js';
import { buildCertificate } from '../support/certificate-builder.js';
import { closeWatches, TestFolder, until } from './folder.js';

const ders = Object.fromEntries(['A', 'B', 'C'].map((subject) => [subject, buildCertificate({ subject })])) as Record<
  'A' | 'B' | 'C',
  Uint8Array
>;
const pem = (...names: readonly ('A' | 'B' | 'C')[]): string => names.map((name) => writePem('CERTIFICATE', ders[name])).join('');

let folder: TestFolder;
const feeds: CertificateFeed[] = [];

beforeEach(() => {
  folder = new TestFolder();
});

afterEach(() => {
  for (const feed of feeds.splice(0)) feed.close();
  closeWatches();
  folder.remove();
});

function feedOf(source: CertificateSource, options: Partial<CertificateFeedOptions> = {}) {
  const accepted: string[] = [];
  const feed = new CertificateFeed(source, 'ca', {
    pollSeconds: 600,
    accept: (next) => {
      accepted.push(namesOf(next));
      return undefined;
    },
    ...options,
  });
  feeds.push(feed);
  return { feed, accepted };
}

const namesOf = (certificates: CertificateFeed['certificates']): string =>
  certificates.map(({ subject }) => subject.toString().slice(3)).join(' ');

describe('a feed of certificates', () => {
  it('throws for what is wrong when it is made, as loading does', () => {
    expect(() => feedOf(folder.at('none.crt'))).toThrow(ConfigurationError);
    expect(() => feedOf([pem('A'), folder.at('none.crt')])).toThrow(/^ca\[1\]: cannot read /);
  });

  it('holds what was there when it was made, and calls nothing where that has not changed', async () => {
    const { feed, accepted } = feedOf([folder.write('a.crt', pem('A', 'B')), ders.C]);
    expect(namesOf(feed.certificates)).toBe('A B C');
    await feed.start();
    expect(accepted).toEqual([]);
    expect(namesOf(feed.certificates)).toBe('A B C');
  });

  it('puts a change in force together with what was given as bytes, each certificate once', async () => {
    const { feed, accepted } = feedOf([folder.write('a.crt', pem('A')), ders.C]);
    await feed.start();
    folder.rename('a.crt', pem('B', 'C', 'B'));
    await until(
      () => accepted.length > 0,
      () => 'nothing was accepted',
    );
    expect(accepted).toEqual(['C B']);
    expect(namesOf(feed.certificates)).toBe('C B');
  });

  it('finds at its first look what changed since it was made', async () => {
    const { feed } = feedOf(folder.write('a.crt', pem('A')));
    folder.rename('a.crt', pem('B'));
    await feed.start();
    expect(namesOf(feed.certificates)).toBe('B');
  });

  it('keeps what it holds where a change is not taken, and tells why', async () => {
    const onProblem = vi.fn();
    const { feed } = feedOf(folder.write('a.crt', pem('A')), { accept: () => 'is not wanted', onProblem });
    await feed.start();
    folder.rename('a.crt', pem('B'));
    await until(
      () => onProblem.mock.calls.length > 0,
      () => 'nothing was told',
    );
    expect(onProblem.mock.calls[0]).toMatchObject([{ message: `${folder.at('a.crt')} is not wanted` }]);
    expect(namesOf(feed.certificates)).toBe('A');
    expect(feed.unavailable).toBeUndefined();
  });

  it('watches nothing where no file is named', async () => {
    const { feed } = feedOf(pem('A'));
    await feed.start();
    expect(namesOf(feed.certificates)).toBe('A');
    expect(feed.unavailable).toBeUndefined();
  });
});
