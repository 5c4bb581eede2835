import { createHash } from 'node:crypto';
import { decide, type Principal } from './decide.ts';
import { listOf, type PolicyStatement } from './policy.ts';

/** What a call of an API needs a permission for. One call may need several. */
export interface Need {
  /** `s3:GetObject` */
  readonly action: string;
  /** ARN of what is acted on. */
  readonly resource: string;
}

/** A part of a role's policy that lets it do something: one action pattern on one resource pattern. */
export interface Grant {
  readonly role: string;
  readonly action: string;
  readonly resource: string;
}

/** Those whose calls are checked: see who asks for `Need`. */
const LOCAL_SERVICES = /^(s3|sqs|cloudfront|\*):?/i;

/** CloudFront and Lambda speak TLS to AWS; that this machine does not must not change what a policy says. */
const CONTEXT = { 'aws:securetransport': 'true' } as const;

/**
 * Who may do what in one stack: the policies of its roles, buckets and queues. A role is known by the access key that its
 * functions sign with. Who signs with another key is the developer at this machine, and may do everything.
 */
export class AccessControl {
  readonly #roleOfKey = new Map<string, string>();
  /** By ARN of the role, then by name of the policy. */
  readonly #identity = new Map<string, Map<string, readonly PolicyStatement[]>>();
  /** By ARN of the bucket or queue. */
  readonly #resource = new Map<string, readonly PolicyStatement[]>();
  readonly #used = new Set<string>();

  addRole(arn: string): void {
    if (!this.#identity.has(arn)) this.#identity.set(arn, new Map());
  }

  /** The access key with which functions of the role sign. */
  accessKeyOf(arn: string): string {
    this.addRole(arn);
    const accessKeyId = `ASIA${createHash('sha256').update(arn).digest('hex').slice(0, 16).toUpperCase()}`;
    this.#roleOfKey.set(accessKeyId, arn);
    return accessKeyId;
  }

  /** `roleName`: the end of the role's ARN. A policy of that name that the role has already is replaced. */
  attach(roleName: string, policyName: string, statements: readonly PolicyStatement[]): void {
    const arn = [...this.#identity.keys()].find((known) => known.endsWith(`/${roleName}`));
    if (arn === undefined) throw new Error(`a policy names the role '${roleName}', which is not of this stack`);
    this.#identity.get(arn)?.set(policyName, statements);
  }

  setResourcePolicy(arn: string, statements: readonly PolicyStatement[]): void {
    this.#resource.set(arn, statements);
  }

  /** Why the holder of the access key may not; nothing when it may. */
  refusal(accessKeyId: string, needs: readonly Need[]): string | undefined {
    const role = this.#roleOfKey.get(accessKeyId);
    return role === undefined ? undefined : this.refusalOfRole(role, needs);
  }

  refusalOfRole(arn: string, needs: readonly Need[]): string | undefined {
    const reasons = needs.flatMap((need) => this.#refusalOf({ kind: 'role', arn }, need, {}) ?? []);
    return reasons[0];
  }

  /** `name`: `cloudfront.amazonaws.com`; `sourceArn`: of what the service acts for. */
  mayService(name: string, sourceArn: string, need: Need): boolean {
    return this.#refusalOf({ kind: 'service', name }, need, { 'aws:sourcearn': sourceArn }) === undefined;
  }

  /** What the roles of functions that run may do with services that are here. */
  get grants(): readonly Grant[] {
    return [...new Set(this.#roleOfKey.values())].flatMap((role) =>
      this.#statementsOf(role)
        .filter(({ Effect }) => Effect === 'Allow')
        .flatMap((statement) => grantsOf(role, statement))
        .filter(({ action }) => LOCAL_SERVICES.test(action)),
    );
  }

  /** What of `grants` some call has needed. */
  get usedGrants(): readonly Grant[] {
    return this.grants.filter((grant) => this.#used.has(nameOf(grant)));
  }

  #refusalOf(principal: Principal, need: Need, context: Readonly<Record<string, string>>): string | undefined {
    const identity = principal.kind === 'role' ? this.#statementsOf(principal.arn) : [];
    const request = { principal, ...need, context: { ...CONTEXT, ...context } };
    const decision = decide(request, { identity, resource: this.#policyOf(need.resource) });
    if (decision.isAllowed && principal.kind === 'role') this.#noteUse(principal.arn, decision.by, need);
    if (decision.isAllowed) return undefined;
    const who = principal.kind === 'role' ? principal.arn : principal.name;
    return `User: ${who} is not authorized to perform: ${need.action} on resource: "${need.resource}" ${decision.reason}`;
  }

  #statementsOf(role: string): readonly PolicyStatement[] {
    return [...(this.#identity.get(role)?.values() ?? [])].flat();
  }

  /** Of the bucket, for an object in it. */
  #policyOf(resource: string): readonly PolicyStatement[] {
    return this.#resource.get(resource) ?? this.#resource.get(resource.split('/')[0] ?? '') ?? [];
  }

  #noteUse(role: string, statements: readonly PolicyStatement[], need: Need): void {
    for (const statement of statements) {
      for (const grant of grantsOf(role, statement)) {
        const single = { ...statement, Action: grant.action, Resource: grant.resource };
        const request = { principal: { kind: 'role', arn: role }, ...need, context: CONTEXT } as const;
        if (decide(request, { identity: [single], resource: [] }).isAllowed) this.#used.add(nameOf(grant));
      }
    }
  }
}

function grantsOf(role: string, { Action, Resource }: PolicyStatement): readonly Grant[] {
  return listOf(Action).flatMap((action) => listOf(Resource).map((resource) => ({ role, action, resource })));
}

function nameOf({ role, action, resource }: Grant): string {
  return `${role} ${action} ${resource}`;
}
