import { types } from 'node:util';
import { z } from 'zod';
import { altNameKinds } from './alt-name-rules.js';
import { attributeType, unknownAttribute } from './attribute-keys.js';
import { readDistinguishedNameText } from './distinguished-name-text.js';
import { exactText, type ValueKind } from './value-kinds.js';

/** Flags that leave a RegExp a test of one whole value. */
const allowedFlags = /^[isuv]*$/;

const valueAdvice = 'give a string, a RegExp, or a list of them, of which one must match';

const text = z.string().min(1, 'is empty, and an empty string would be taken for no rule: name the value, or leave the rule out');

const regExp = z.custom<RegExp>(types.isRegExp, { error: valueAdvice, abort: true }).superRefine((expression, context) => {
  const { flags, source } = expression;
  if (!allowedFlags.test(flags))
    context.addIssue(
      problem(`the RegExp has the flags '${flags}': only i, s, u and v are allowed, since it always matches the whole value`),
    );
  else if (source === '(?:)') context.addIssue(problem('the RegExp is empty and would match the empty value alone: name the value'));
});

/** A string, a RegExp, or a list of them; strings must be values of their kind. */
function valuePattern({ canonical, description }: ValueKind) {
  const value = text.refine((given) => given === '' || canonical(given) !== undefined, {
    error: ({ input }) => `'${input}' must be ${description}`,
  });
  const alternatives = z.array(z.union([value, regExp], { error: valueAdvice }));
  return z.union([value, regExp, alternatives.min(1, 'is an empty list, which nothing matches: name a value, or leave the rule out')], {
    error: valueAdvice,
  });
}

/** Keys are checked by hand: zod's record passes over `__proto__`, and would not know which name was meant. */
const attributeRules = z
  .custom<Readonly<Record<string, unknown>>>(isObject, {
    error: "give a distinguished name as RFC 4514 writes it, or an object of attributes such as { OU: 'payments' }",
    abort: true,
  })
  .superRefine((rules, context) => {
    for (const key of Object.keys(rules))
      if (attributeType(key) === undefined) context.addIssue({ ...problem(unknownAttribute(key)), path: [key] });
  })
  .pipe(z.record(z.string(), valuePattern(exactText)))
  .refine(hasKeys, "has no attributes, and would let everyone in: name one, such as { OU: 'payments' }, or leave the rule out");

const distinguishedName = text.superRefine((given, context) => {
  const read = given === '' ? undefined : readDistinguishedNameText(given);
  if (read?.ok === false) context.addIssue(problem(`'${given}' ${read.problem}`));
});

const nameRules = z.union([distinguishedName, attributeRules], {
  error: "give a distinguished name as RFC 4514 writes it, or an object of attributes such as { OU: 'payments' }",
});

const altNameRules = z
  .strictObject(
    {
      dns: valuePattern(altNameKinds.dns).exactOptional(),
      uri: valuePattern(altNameKinds.uri).exactOptional(),
      email: valuePattern(altNameKinds.email).exactOptional(),
      ip: valuePattern(altNameKinds.ip).exactOptional(),
      upn: valuePattern(altNameKinds.upn).exactOptional(),
    },
    {
      error: ({ code }) => (code === 'invalid_type' ? "give an object of names by their type, such as { dns: 'api.example' }" : undefined),
    },
  )
  .refine(hasKeys, "has no names, and would let everyone in: name one, such as { dns: 'api.example' }, or leave the rule out");

const fingerprint = z.string(fingerprintAdvice('')).superRefine((given, context) => {
  if (!/^(?:[0-9a-f]{64}|[0-9a-f]{2}(?::[0-9a-f]{2}){31})$/i.test(given)) context.addIssue(problem(fingerprintAdvice(given)));
});

function listOf<T extends z.ZodType>(item: T, advice: string) {
  return z.union([item, z.array(item).min(1, 'is an empty list, which nothing matches: name one, or leave the rule out')], {
    error: advice,
  });
}

const trustSetAdvice = 'give the name of a trust set, or a list of names';

/**
 * A certificate policy as data and regular expressions. Strict: whatever is not a rule is refused, as are policies without rules, empty
 * strings and lists, and values that are explicitly undefined.
 */
export const certificatePolicySchema = z
  .strictObject(
    {
      subject: nameRules.exactOptional(),
      issuer: nameRules.exactOptional(),
      subjectAltName: altNameRules.exactOptional(),
      fingerprint256: listOf(fingerprint, fingerprintAdvice('')).exactOptional(),
      trustSet: listOf(
        z.string(trustSetAdvice).min(1, 'is empty: name a trust set, or leave the rule out'),
        trustSetAdvice,
      ).exactOptional(),
      replaceDefault: z.literal(true, 'must be true, or be left out: without it the default policy holds too').exactOptional(),
    },
    { error: ({ code }) => (code === 'invalid_type' ? "must be an object of rules, such as { subject: { OU: 'payments' } }" : undefined) },
  )
  .refine(
    hasKeys,
    "has no rules, and would let everyone in who has any verified certificate: name a rule, or say 'required' if that is meant",
  );

/** An issue that does not end its branch: the union above it then knows which branch was meant, and shows this text instead of its own. */
function problem(message: string) {
  return { code: 'custom', message } as const;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !types.isRegExp(value);
}

function hasKeys(value: object): boolean {
  return Object.keys(value).length > 0;
}

function fingerprintAdvice(given: string): string {
  const digits = given.replace(/[^0-9a-f]/gi, '').length;
  const want = 'give the SHA-256 of the DER as 64 hexadecimal digits, with or without colons (openssl x509 -noout -fingerprint -sha256)';
  if (digits === 40 && digits >= given.length / 2) return `'${given}' has the length of SHA-1, which is not compared: ${want}`;
  return given === '' ? want : `'${given.slice(0, 100)}' is no SHA-256 fingerprint: ${want}`;
}
