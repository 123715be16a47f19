import { Token } from 'aws-cdk-lib';

/** What the DNS firewall takes: letters, digits and hyphens between dots, and a star in front if at all. */
const DOMAIN = /^(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

/** The name as the DNS firewall compares it; one with a token as it is. Throws where it is no name, or opens a whole top-level domain. */
export function checkedDomain(domain: string): string {
  if (Token.isUnresolved(domain)) return domain;
  const name = domain.toLowerCase().replace(/\.$/, '');
  if (!DOMAIN.test(name) || name.length > 255) {
    throw new Error(
      `expected a domain such as api.example.com or *.example.com, got ${domain}; give the name alone, without scheme, port or path`,
    );
  }
  if (/^\*\.[^.]+$/.test(name)) {
    throw new Error(
      `${domain} admits names that anybody can register, and with them a way out; name the provider's own domain`,
    );
  }
  return name;
}
