import { X509Certificate } from 'node:crypto';
import { z } from 'zod';

/**
 * Where certificates come from: a file, a folder (its .pem, .crt, .cer and .der files) or a glob, by name; PEM text; PEM or DER
 * bytes; a `crypto.X509Certificate`; or a list of these. A file or text may hold several certificates.
 */
export type CertificateSource = SingleSource | readonly SingleSource[];

export type SingleSource = string | Uint8Array | X509Certificate;

/** Whether it names a file, folder or glob, rather than being what one would hold. */
export function isName(single: unknown): single is string {
  return typeof single === 'string' && !single.includes('-----BEGIN ');
}

const wanted = 'expected the name of a file, folder or glob, PEM text, PEM or DER bytes, an X509Certificate, or a list of these';

const singleSource = z.custom<SingleSource>(
  (value) => typeof value === 'string' || value instanceof Uint8Array || value instanceof X509Certificate,
  { error: ({ input }) => `${wanted}; found ${input === null ? 'null' : Array.isArray(input) ? 'a list in a list' : typeof input}` },
);

/** The schema of a `CertificateSource`; empty names and empty lists are refused. */
export const certificateSourceSchema = z.custom<CertificateSource>().superRefine((value: unknown, context) => {
  const check = (single: unknown, path: PropertyKey[]): void => {
    const parsed = singleSource.safeParse(single);
    if (!parsed.success) context.addIssue({ code: 'custom', path, message: parsed.error.issues[0]?.message ?? wanted, input: single });
    else if (typeof single === 'string' ? single.trim() === '' : single instanceof Uint8Array && single.length === 0) {
      context.addIssue({ code: 'custom', path, message: 'is empty; name a file, or give PEM or DER', input: single });
    }
  };
  if (!Array.isArray(value)) return check(value, []);
  if (value.length === 0) context.addIssue({ code: 'custom', message: 'the list is empty; give at least one certificate', input: value });
  // By index, since forEach passes over the holes of a list.
  for (let index = 0; index < value.length; index++) check(value[index], [index]);
});
