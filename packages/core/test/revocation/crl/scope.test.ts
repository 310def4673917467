import { describe, expect, it } from 'vitest';
import { allReasons, coverage } from '../../../src/revocation/crl/scope.js';
import { authority, client, issue } from '../../path/pki.js';
import { basicConstraints } from '../../support/certificate-builder.js';
import {
  cRLDistributionPoints,
  type DistributionPointOptions,
  type IssuingDistributionPointOptions,
  issuingDistributionPoint,
} from '../../support/crl-builder.js';
import { hex } from '../../support/der-writer.js';
import { generalName } from '../../support/extensions.js';
import { attribute, name } from '../../support/names.js';
import { crlOf } from './lists.js';

const ca = authority({ O: 'Test', CN: 'ca' });
const signer = authority({ O: 'Test', CN: 'crl signer' });
const { directoryName, uniformResourceIdentifier: uri } = generalName;
const part1 = uri('http://crl.example/1');
const part2 = uri('http://crl.example/2');
const caName = directoryName(ca.name);
const signerName = directoryName(signer.name);
/** The name of the authority, with one more relative name. */
const below = (cn: string) => directoryName(name({ O: 'Test', CN: 'ca', OU: cn }));

function covered(list: IssuingDistributionPointOptions | undefined, points: readonly DistributionPointOptions[], issuer = ca): number {
  const certificate = client(ca, points.length === 0 ? {} : { extensions: [cRLDistributionPoints(...points)] });
  return coverage(crlOf(issuer, list === undefined ? {} : { extensions: [issuingDistributionPoint(list)] }), certificate);
}

describe('a list covers no certificate', () => {
  it.each<[string, IssuingDistributionPointOptions | undefined, readonly DistributionPointOptions[]]>([
    ['of another distribution point', { fullName: [part1] }, [{ fullName: [part2] }]],
    ['without a distribution point, when it has one itself', { fullName: [part1] }, []],
    [
      'with a relative name, when it has another',
      { nameRelativeToCRLIssuer: [attribute('OU', '1')] },
      [{ nameRelativeToCRLIssuer: [attribute('OU', '2')] }],
    ],
    ['whose name is the same of another form', { fullName: [generalName.dNSName('crl.example')] }, [{ fullName: [uri('crl.example')] }]],
    [
      'whose otherName has another type',
      { fullName: [generalName.otherName('1.2.3', hex('0500'))] },
      [{ fullName: [generalName.otherName('1.2.4', hex('0500'))] }],
    ],
    ['whose list another authority issues', { fullName: [part1] }, [{ fullName: [part1], cRLIssuer: [signerName] }]],
    ['whose cRLIssuer has its own name, when it is not indirect', { fullName: [part1] }, [{ fullName: [part1], cRLIssuer: [caName] }]],
    ['of users, when it is for authorities', { onlyContainsCACerts: true }, []],
    ['at all, when it is for attribute certificates', { onlyContainsAttributeCerts: true }, []],
    ['for a reason, when it has none', { onlySomeReasons: [] }, []],
    ['for bit 0, which has no meaning', { onlySomeReasons: [0] }, []],
  ])('%s', (_, list, points) => {
    expect(covered(list, points)).toBe(0);
  });

  it('of an authority, when it is for users', () => {
    const sub = issue('sub', { issuer: ca, extensions: [basicConstraints(true)] }).certificate;
    expect(coverage(crlOf(ca, { extensions: [issuingDistributionPoint({ onlyContainsUserCerts: true })] }), sub)).toBe(0);
    expect(coverage(crlOf(ca, { extensions: [issuingDistributionPoint({ onlyContainsCACerts: true })] }), sub)).toBe(allReasons);
  });

  it.each<[string, IssuingDistributionPointOptions | undefined, readonly DistributionPointOptions[]]>([
    ['without a distribution point', { indirectCRL: true }, []],
    ['that does not name its issuer', { fullName: [part1], indirectCRL: true }, [{ fullName: [part1] }]],
    ['that names its issuer, when it is not indirect', undefined, [{ cRLIssuer: [signerName] }]],
    ['that names its issuer and another point', { fullName: [part1], indirectCRL: true }, [{ fullName: [part2], cRLIssuer: [signerName] }]],
    [
      'whose relative name has two bases',
      { fullName: [directoryName({ O: 'Test', CN: 'crl signer', OU: '1' })], indirectCRL: true },
      [{ nameRelativeToCRLIssuer: [attribute('OU', '1')], cRLIssuer: [signerName, caName] }],
    ],
    ['whose cRLIssuer is no directory name', { indirectCRL: true }, [{ cRLIssuer: [part1] }]],
  ])('of another issuer %s', (_, list, points) => {
    expect(covered(list, points, signer)).toBe(0);
  });
});

describe('a list covers a certificate', () => {
  it.each<[string, IssuingDistributionPointOptions | undefined, readonly DistributionPointOptions[]]>([
    ['of its issuer', undefined, []],
    ['that names any distribution point, when it is of all', undefined, [{ fullName: [part1] }]],
    ['whose list another authority issues besides, when it is of all', undefined, [{ cRLIssuer: [signerName] }]],
    ['of users', { onlyContainsUserCerts: true }, [{ fullName: [part1] }]],
    ['of one of its distribution points', { fullName: [part1] }, [{ fullName: [part2] }, { fullName: [part1] }]],
    ['by one of several names', { fullName: [part2, part1] }, [{ fullName: [uri('ldap://x'), part1] }]],
    ['by a relative name', { nameRelativeToCRLIssuer: [attribute('OU', '1')] }, [{ nameRelativeToCRLIssuer: [attribute('OU', '1')] }]],
    ['by a relative name for a full one', { nameRelativeToCRLIssuer: [attribute('OU', '1')] }, [{ fullName: [below('1')] }]],
    ['by a full name for a relative one', { fullName: [below(' 1 ')] }, [{ nameRelativeToCRLIssuer: [attribute('OU', '1')] }]],
    ['when its distribution point is the name of the issuer', { fullName: [caName] }, []],
    ['by octets of an address', { fullName: [generalName.iPAddress(192, 0, 2, 1)] }, [{ fullName: [generalName.iPAddress(192, 0, 2, 1)] }]],
    [
      'by an otherName',
      { fullName: [generalName.otherName('1.2.3', hex('0500'))] },
      [{ fullName: [generalName.otherName('1.2.3', hex('0500'))] }],
    ],
  ])('%s', (_, list, points) => {
    expect(covered(list, points)).toBe(allReasons);
  });

  it.each<[string, IssuingDistributionPointOptions, readonly DistributionPointOptions[]]>([
    ['that names its issuer', { indirectCRL: true }, [{ cRLIssuer: [signerName] }]],
    ['that names its issuer and its point', { fullName: [part1], indirectCRL: true }, [{ fullName: [part1], cRLIssuer: [signerName] }]],
    ['by the name of its issuer for a point', { fullName: [signerName], indirectCRL: true }, [{ cRLIssuer: [signerName] }]],
    [
      'by a relative name',
      { nameRelativeToCRLIssuer: [attribute('OU', '1')], indirectCRL: true },
      [{ nameRelativeToCRLIssuer: [attribute('OU', '1')], cRLIssuer: [signerName] }],
    ],
  ])('of another issuer %s', (_, list, points) => {
    expect(covered(list, points, signer)).toBe(allReasons);
  });

  it('for the reasons of both', () => {
    expect(covered({ onlySomeReasons: [1, 2, 3] }, [])).toBe(0b1110);
    expect(covered({ fullName: [part1], onlySomeReasons: [1, 2, 3] }, [{ fullName: [part1], reasons: [3, 4] }])).toBe(0b1000);
    expect(
      covered({ fullName: [part1] }, [
        { fullName: [part1], reasons: [1] },
        { fullName: [part1], reasons: [2] },
      ]),
    ).toBe(0b110);
  });
});
