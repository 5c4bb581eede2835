import { BlockList } from 'node:net';

// https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry
const PRIVATE_IPV4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const;
const PRIVATE_IPV6 = [
  ['::', 96],
  ['::ffff:0:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fec0::', 10],
  ['ff00::', 8],
] as const;

/** Where clouds tell a machine its credentials: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html */
const METADATA = listOf(
  [['169.254.0.0', 16]],
  [
    ['fe80::', 10],
    ['fd00:ec2::', 32],
  ],
);
const PRIVATE = listOf(PRIVATE_IPV4, PRIVATE_IPV6);

/** `metadata`: never to be asked. `private`: only for whoever names the host. */
export function addressKind(address: string): 'public' | 'private' | 'metadata' {
  const family = address.includes(':') ? 'ipv6' : 'ipv4';
  if (METADATA.check(address, family)) return 'metadata';
  return PRIVATE.check(address, family) ? 'private' : 'public';
}

type Subnets = readonly (readonly [network: string, prefix: number])[];

function listOf(ipv4: Subnets, ipv6: Subnets): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of ipv4) list.addSubnet(network, prefix, 'ipv4');
  for (const [network, prefix] of ipv6) list.addSubnet(network, prefix, 'ipv6');
  return list;
}
