/** The object identifiers that this library knows by name, in families. */
export const oids = Object.freeze({
  /** RFC 5280, sections 4.2.1 and 4.2.2. */
  extension: Object.freeze({
    subjectDirectoryAttributes: '2.5.29.9',
    subjectKeyIdentifier: '2.5.29.14',
    keyUsage: '2.5.29.15',
    subjectAltName: '2.5.29.17',
    issuerAltName: '2.5.29.18',
    basicConstraints: '2.5.29.19',
    nameConstraints: '2.5.29.30',
    cRLDistributionPoints: '2.5.29.31',
    certificatePolicies: '2.5.29.32',
    policyMappings: '2.5.29.33',
    authorityKeyIdentifier: '2.5.29.35',
    policyConstraints: '2.5.29.36',
    extendedKeyUsage: '2.5.29.37',
    freshestCRL: '2.5.29.46',
    inhibitAnyPolicy: '2.5.29.54',
    authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
    subjectInfoAccess: '1.3.6.1.5.5.7.1.11',
  }),
  /** RFC 5280, section 5.2, those that certificates do not have. */
  crlExtension: Object.freeze({
    cRLNumber: '2.5.29.20',
    deltaCRLIndicator: '2.5.29.27',
    issuingDistributionPoint: '2.5.29.28',
  }),
  /** RFC 5280, section 5.3. */
  crlEntryExtension: Object.freeze({
    reasonCode: '2.5.29.21',
    invalidityDate: '2.5.29.24',
    certificateIssuer: '2.5.29.29',
  }),
  /** RFC 5280, section 4.2.1.12, and what certificates for people and machines often hold besides. */
  keyPurpose: Object.freeze({
    anyExtendedKeyUsage: '2.5.29.37.0',
    serverAuth: '1.3.6.1.5.5.7.3.1',
    clientAuth: '1.3.6.1.5.5.7.3.2',
    codeSigning: '1.3.6.1.5.5.7.3.3',
    emailProtection: '1.3.6.1.5.5.7.3.4',
    timeStamping: '1.3.6.1.5.5.7.3.8',
    OCSPSigning: '1.3.6.1.5.5.7.3.9',
    smartcardLogon: '1.3.6.1.4.1.311.20.2.2',
  }),
  /** RFC 5280, sections 4.2.1.4 and 4.2.1.11. */
  certificatePolicy: Object.freeze({ anyPolicy: '2.5.29.32.0' }),
  policyQualifier: Object.freeze({ cps: '1.3.6.1.5.5.7.2.1', userNotice: '1.3.6.1.5.5.7.2.2' }),
  /** RFC 5280, sections 4.2.2.1 and 4.2.2.2. */
  accessMethod: Object.freeze({
    ocsp: '1.3.6.1.5.5.7.48.1',
    caIssuers: '1.3.6.1.5.5.7.48.2',
    timeStamping: '1.3.6.1.5.5.7.48.3',
    caRepository: '1.3.6.1.5.5.7.48.5',
  }),
  /** Types of `otherName`. */
  otherName: Object.freeze({ userPrincipalName: '1.3.6.1.4.1.311.20.2.3', smtpUTF8Mailbox: '1.3.6.1.5.5.7.8.9' }),
  /** RFC 3279, RFC 4055, RFC 5480, RFC 8410, RFC 9881. */
  publicKey: Object.freeze({
    rsaEncryption: '1.2.840.113549.1.1.1',
    rsassaPss: '1.2.840.113549.1.1.10',
    ecPublicKey: '1.2.840.10045.2.1',
    ed25519: '1.3.101.112',
    ed448: '1.3.101.113',
    mlDsa44: '2.16.840.1.101.3.4.3.17',
    mlDsa65: '2.16.840.1.101.3.4.3.18',
    mlDsa87: '2.16.840.1.101.3.4.3.19',
  }),
  namedCurve: Object.freeze({
    secp256r1: '1.2.840.10045.3.1.7',
    secp384r1: '1.3.132.0.34',
    secp521r1: '1.3.132.0.35',
  }),
  signature: Object.freeze({
    sha256WithRSAEncryption: '1.2.840.113549.1.1.11',
    sha384WithRSAEncryption: '1.2.840.113549.1.1.12',
    sha512WithRSAEncryption: '1.2.840.113549.1.1.13',
    rsassaPss: '1.2.840.113549.1.1.10',
    ecdsaWithSHA256: '1.2.840.10045.4.3.2',
    ecdsaWithSHA384: '1.2.840.10045.4.3.3',
    ecdsaWithSHA512: '1.2.840.10045.4.3.4',
    ed25519: '1.3.101.112',
    ed448: '1.3.101.113',
    mlDsa44: '2.16.840.1.101.3.4.3.17',
    mlDsa65: '2.16.840.1.101.3.4.3.18',
    mlDsa87: '2.16.840.1.101.3.4.3.19',
  }),
  hash: Object.freeze({
    sha256: '2.16.840.1.101.3.4.2.1',
    sha384: '2.16.840.1.101.3.4.2.2',
    sha512: '2.16.840.1.101.3.4.2.3',
  }),
  mgf1: '1.2.840.113549.1.1.8',
  /** RFC 6960, appendix B: what an OCSP response is, its nonce, and the extension of responders that need no check. */
  ocsp: Object.freeze({ basic: '1.3.6.1.5.5.7.48.1.1', nonce: '1.3.6.1.5.5.7.48.1.2', noCheck: '1.3.6.1.5.5.7.48.1.5' }),
  /** For identifiers of keys and names alone: no signature is verified with it. */
  sha1: '1.3.14.3.2.26',
});
