import { z } from 'zod';
import { attributeKeywords } from '../x509/index.js';
import { altNameKinds } from './alt-name-rules.js';
import { attributeType, isObjectIdentifier, unknownAttribute } from './attribute-keys.js';
import { type CertificatePolicyData as PolicyData, publicKeyKinds } from './certificate-policy.js';
import { readDistinguishedNameText } from './distinguished-name-text.js';
import { jsonSchemaOf, withJsonSchema } from './json-schema.js';
import { isKeyPurpose, unknownKeyPurpose } from './key-purposes.js';
import { type Dialect, hasKeys, isRecord, listOf, nonEmpty, problem, quantifiedOf, valuePattern } from './schema-values.js';
import { isStandardSchema } from './standard-schema.js';
import { exactText, spiffeId } from './value-kinds.js';

const nameAdvice = "give a distinguished name as RFC 4514 writes it, or an object of attributes such as { OU: 'payments' }";

const distinguishedName = nonEmpty.superRefine((given, context) => {
  const read = given === '' ? undefined : readDistinguishedNameText(given);
  if (read?.ok === false) context.addIssue(problem(`'${given}' ${read.problem}`));
});

const objectIdentifier = z.string().superRefine((given, context) => {
  if (!isObjectIdentifier(given))
    context.addIssue(problem(`'${given.slice(0, 100)}' is no dotted object identifier, such as '1.3.6.1.4.1.311.20.2.3'`));
});

const hexadecimal = z.string().regex(/^(?:[0-9a-fA-F]{2})+$/, 'must be the DER in hexadecimal digits, two an octet');

const serialNumber = z
  .string('give the serial number as a string of hexadecimal digits, with or without colons: quote it, in YAML too')
  .regex(
    /^(?:[0-9a-fA-F]+|[0-9a-fA-F]{1,2}(?::[0-9a-fA-F]{2})+)$/,
    'must be hexadecimal digits, with or without colons (openssl x509 -noout -serial)',
  )
  .max(64, 'is longer than any serial number');

const keyPurpose = z.string().superRefine((given, context) => {
  if (!isKeyPurpose(given)) context.addIssue(problem(unknownKeyPurpose(given)));
});

interface Digest {
  readonly what: string;
  readonly command: string;
  /** Whether it may also be written as curl writes it. */
  readonly allowsPin: boolean;
}

const certificateDigest: Digest = { what: 'fingerprint', command: 'openssl x509 -noout -fingerprint -sha256', allowsPin: false };
const keyDigest: Digest = {
  what: 'digest of a key',
  command: 'openssl x509 -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum',
  allowsPin: true,
};

/** One digest, or a list of them. */
function digests(digest: Digest) {
  const one = z.string(digestAdvice('', digest)).superRefine((given, context) => {
    if (!isDigest(given) && !(digest.allowsPin && isPin(given))) context.addIssue(problem(digestAdvice(given, digest)));
  });
  return listOf(one, digestAdvice('', digest)).exactOptional();
}

const trustSetAdvice = 'give the name of a trust set, or a list of names';
const policyNameAdvice = 'give the name of a policy, or a list of names';

/** The rules that make a policy, in the order in which they are evaluated. */
function rulesOf(dialect: Dialect) {
  const attributes = attributeRules(dialect);
  const name = z.union([distinguishedName, attributes], { error: nameAdvice });
  const names = z.union([name, z.array(name).min(1, 'is an empty list, which nothing matches: name one, or leave the rule out')], {
    error: nameAdvice,
  });
  const text = (kind: (typeof altNameKinds)[keyof typeof altNameKinds]) =>
    quantifiedOf(valuePattern(dialect, kind), 'give a value, or { all: … } or { any: … } of one').exactOptional();
  const otherName = z.strictObject({ typeId: objectIdentifier, value: hexadecimal.exactOptional() });
  const altNames = z
    .strictObject(
      {
        dns: text(altNameKinds.dns),
        uri: text(altNameKinds.uri),
        email: text(altNameKinds.email),
        ip: text(altNameKinds.ip),
        upn: text(altNameKinds.upn),
        directoryName: names.exactOptional(),
        otherName: listOf(otherName, "give a type and a value: { typeId: '1.2.3', value: '0c0161' }").exactOptional(),
      },
      {
        error: ({ code }) =>
          code === 'invalid_type' ? "give an object of names by their type, such as { dns: 'api.example' }" : undefined,
      },
    )
    .refine(hasKeys, "has no names, and would let everyone in: name one, such as { dns: 'api.example' }, or leave the rule out")
    .meta({ minProperties: 1 });
  const member = z
    .strictObject({
      subject: name.exactOptional(),
      fingerprint256: digests(certificateDigest),
      spki256: digests(keyDigest),
    })
    .refine(hasKeys, 'names no authority: give its subject, fingerprint256 or spki256')
    .meta({ minProperties: 1 });
  const oids = listOf(objectIdentifier, 'give a dotted object identifier, or a list of them');
  const purposes = listOf(keyPurpose, "give a key purpose, such as 'clientAuth', or a list of them");
  return {
    trustSet: listOf(z.string(trustSetAdvice).min(1, 'is empty: name a trust set, or leave the rule out'), trustSetAdvice).exactOptional(),
    fingerprint256: digests(certificateDigest),
    spki256: digests(keyDigest),
    serialNumber: listOf(serialNumber, 'give a serial number in hexadecimal digits, or a list of them').exactOptional(),
    subject: name.exactOptional(),
    issuer: name.exactOptional(),
    subjectAltName: altNames.exactOptional(),
    spiffeId: valuePattern(dialect, spiffeId).exactOptional(),
    extendedKeyUsage: quantifiedOf(purposes, 'give key purposes, or { all: … } or { any: … } of them').exactOptional(),
    certificatePolicies: quantifiedOf(oids, 'give OIDs, or { all: … } or { any: … } of them').exactOptional(),
    extensions: extensionRules(dialect).exactOptional(),
    publicKey: publicKey.exactOptional(),
    validity: validity.exactOptional(),
    chain: listOf(member, "describe an authority, such as { subject: { CN: 'Issuing CA' } }, or give a list").exactOptional(),
    policy: listOf(z.string(policyNameAdvice).min(1, 'is empty: name a policy, or leave the rule out'), policyNameAdvice).exactOptional(),
    mode: z.enum(['enforce', 'report'], "must be 'enforce' or 'report'").exactOptional(),
    replaceDefault: z.literal(true, 'must be true, or be left out: without it the default policy holds too').exactOptional(),
  };
}

/** Keys are checked by hand: zod's record passes over `__proto__`, and would not know which name was meant. */
function attributeRules(dialect: Dialect) {
  const value = quantifiedOf(valuePattern(dialect, exactText), 'give a value, or { all: … } or { any: … } of one');
  const byAttribute = z
    .custom<Readonly<Record<string, unknown>>>(isRecord, { error: nameAdvice, abort: true })
    .superRefine((rules, context) => {
      for (const key of Object.keys(rules))
        if (attributeType(key) === undefined) context.addIssue({ ...problem(unknownAttribute(key)), path: [key] });
    });
  return withJsonSchema(byAttribute, () => keyedJsonSchema(Object.keys(attributeKeywords), value))
    .pipe(z.record(z.string(), value))
    .refine(hasKeys, "has no attributes, and would let everyone in: name one, such as { OU: 'payments' }, or leave the rule out");
}

function extensionRules(dialect: Dialect) {
  const advice = "say true, false, { der: 'hexadecimal digits' } or { text: … }";
  const rule = z.union(
    [z.boolean(), z.strictObject({ der: listOf(hexadecimal, advice) }), z.strictObject({ text: valuePattern(dialect, exactText) })],
    { error: advice },
  );
  const byOid = z
    .custom<Readonly<Record<string, unknown>>>(isRecord, { error: "give an object by OID, such as { '1.2.3.4': true }", abort: true })
    .superRefine((rules, context) => {
      for (const key of Object.keys(rules))
        if (!isObjectIdentifier(key))
          context.addIssue({ ...problem(`'${key}' is no dotted object identifier: extensions go by OID`), path: [key] });
    });
  return withJsonSchema(byOid, () => keyedJsonSchema([], rule))
    .pipe(z.record(z.string(), rule))
    .refine(hasKeys, 'names no extension, and would let everyone in: name one by its OID, or leave the rule out');
}

/** An object whose keys are these names and dotted OIDs. */
function keyedJsonSchema(names: readonly string[], value: z.ZodType): object {
  const schema = jsonSchemaOf(value);
  return {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, schema])),
    patternProperties: { '^[0-2](\\.(0|[1-9][0-9]*))+$': schema },
    additionalProperties: false,
    minProperties: 1,
  };
}

const publicKey = z
  .strictObject({
    type: listOf(
      z.enum(publicKeyKinds, `must be one of ${publicKeyKinds.join(', ')}`),
      `name one of ${publicKeyKinds.join(', ')}, or a list`,
    ).exactOptional(),
    minimumRsaBits: z
      .int('must be a number of bits, 2048 to 16384')
      .min(2_048, 'is below the floor of 2048 bits, which always holds: leave it out, or ask for more')
      .max(16_384, 'is more than the 16384 bits that an RSA key may have')
      .exactOptional(),
  })
  .refine(hasKeys, 'limits nothing: name kinds of keys, or minimumRsaBits')
  .meta({ minProperties: 1 });

const validity = z
  .strictObject({
    maximumDays: z.number('must be a number of days').positive('must be more than 0').exactOptional(),
    maximumHours: z.number('must be a number of hours').positive('must be more than 0').exactOptional(),
  })
  .refine((limits) => Object.keys(limits).length === 1, 'wants either maximumDays or maximumHours')
  .meta({ minProperties: 1, maxProperties: 1 });

const noRules = "has no rules, and would let everyone in who has any verified certificate: name a rule, or say 'required' if that is meant";

const policyAdvice = ({ code }: { readonly code: string }) =>
  code === 'invalid_type' ? "must be an object of rules, such as { subject: { OU: 'payments' } }" : undefined;

/**
 * A certificate policy as data, what JSON and YAML can hold. Strict: whatever is not a rule is refused, as are policies without rules, empty
 * strings and lists.
 */
export const CertificatePolicyData: z.ZodType<PolicyData> = z
  .strictObject(
    {
      ...rulesOf('data'),
      get allOf() {
        return membersOf(CertificatePolicyData, 'allOf').exactOptional();
      },
      get anyOf() {
        return membersOf(CertificatePolicyData, 'anyOf').exactOptional();
      },
      get not() {
        return z.lazy(() => CertificatePolicyData).exactOptional();
      },
    },
    { error: policyAdvice },
  )
  .refine(hasKeys, noRules)
  .meta({ id: 'CertificatePolicyData', minProperties: 1 }) as never;

export type CertificatePolicyData = PolicyData;

/** The same in code, with regular expressions, schemas and functions. */
export const certificatePolicySchema: z.ZodType<Record<string, unknown>> = z
  .strictObject(
    {
      ...rulesOf('code'),
      get allOf() {
        return membersOf(memberSchema, 'allOf').exactOptional();
      },
      get anyOf() {
        return membersOf(memberSchema, 'anyOf').exactOptional();
      },
      get not() {
        return z.lazy(() => memberSchema).exactOptional();
      },
      decide: functionSchema('(identity) => true').exactOptional(),
      rememberForSeconds: z
        .number('must be a number of seconds, 0 to 86400')
        .min(0, 'must be a number of seconds, 0 to 86400')
        .max(86_400, 'must be a number of seconds, 0 to 86400')
        .exactOptional(),
      authorize: functionSchema('(identity, request) => true').exactOptional(),
    },
    { error: policyAdvice },
  )
  .refine(hasKeys, noRules)
  .refine(({ decide, rememberForSeconds }) => decide !== undefined || rememberForSeconds === undefined, {
    path: ['rememberForSeconds'],
    error: 'says how long an answer of decide holds, and there is no decide: leave it out',
  }) as never;

/** Told apart by hand, so that what is wrong with an object is said in its own words. */
const memberSchema: z.ZodType = z
  .unknown()
  .transform((given: unknown, context) => {
    if (isStandardSchema(given) || typeof given === 'function') return given;
    const parsed = certificatePolicySchema.safeParse(given);
    if (parsed.success) return parsed.data;
    context.issues.push(...(parsed.error.issues as never[]));
    return z.NEVER;
  })
  .meta({ objectForm: () => certificatePolicySchema });

function membersOf(member: z.ZodType, name: string) {
  const emptyMeaning = name === 'allOf' ? 'everyone satisfies' : 'nobody satisfies';
  return z
    .array(
      z.lazy(() => member),
      `must be a list of policies`,
    )
    .min(1, `is an empty list, which ${emptyMeaning}: name a policy, or leave it out`);
}

function functionSchema(example: string) {
  return z.custom<(...given: never) => unknown>((value) => typeof value === 'function', `must be a function: ${example}`);
}

function isDigest(given: string): boolean {
  return /^(?:[0-9a-f]{64}|[0-9a-f]{2}(?::[0-9a-f]{2}){31})$/i.test(given);
}

function isPin(given: string): boolean {
  return /^sha256\/\/[A-Za-z0-9+/]{43}=$/.test(given);
}

function digestAdvice(given: string, { what, command }: Digest): string {
  const digits = given.replace(/[^0-9a-f]/gi, '').length;
  const want = `give the SHA-256 of the DER as 64 hexadecimal digits, with or without colons (${command})`;
  if (digits === 40 && digits >= given.length / 2) return `'${given}' has the length of SHA-1, which is not compared: ${want}`;
  return given === '' ? want : `'${given.slice(0, 100)}' is no SHA-256 ${what}: ${want}`;
}
