import type { ResourceValues } from './resource-type.ts';
import {
  attributeOf,
  type Intrinsic,
  intrinsicOf,
  isTemplateObject,
  PLACEHOLDER,
  substitutionOf,
  type Template,
  type TemplateValue,
} from './template.ts';

export interface ResolverScope {
  readonly template: Template;
  readonly region: string;
  readonly accountId: string;
  readonly stackName: string;
  readonly parameters: ReadonlyMap<string, string | readonly string[]>;
  /** The resources that exist by now, by logical id. */
  readonly resources: ReadonlyMap<string, ResourceValues>;
}

export const PSEUDO_PARAMETERS = [
  'AWS::AccountId',
  'AWS::NoValue',
  'AWS::NotificationARNs',
  'AWS::Partition',
  'AWS::Region',
  'AWS::StackId',
  'AWS::StackName',
  'AWS::URLSuffix',
] as const;

export const INTRINSICS = [
  'Ref',
  'Fn::Base64',
  'Fn::FindInMap',
  'Fn::GetAtt',
  'Fn::GetAZs',
  'Fn::If',
  'Fn::Join',
  'Fn::Select',
  'Fn::Split',
  'Fn::Sub',
] as const;

/** Evaluates intrinsics as CloudFormation does. An `undefined` answer is `AWS::NoValue`: the property is not there. */
export class Resolver {
  readonly #scope: ResolverScope;

  constructor(scope: ResolverScope) {
    this.#scope = scope;
  }

  resolve(value: TemplateValue): unknown {
    const intrinsic = intrinsicOf(value);
    if (intrinsic !== undefined) return this.#evaluate(intrinsic);
    if (Array.isArray(value)) return this.#list(value);
    if (!isTemplateObject(value)) return value;
    const entries = Object.entries(value).map(([name, item]) => [name, this.resolve(item)] as const);
    return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
  }

  condition(name: string): boolean {
    const condition = this.#scope.template.Conditions?.[name];
    if (condition === undefined) throw new Error(`no condition '${name}' in the template`);
    return this.#claim(condition);
  }

  #evaluate({ name, argument }: Intrinsic): unknown {
    switch (name) {
      case 'Ref':
        return this.#ref(this.#text(argument, name));
      case 'Fn::GetAtt':
        return this.#attribute(argument);
      case 'Fn::Sub':
        return this.#substitute(argument);
      case 'Fn::If':
        return this.#choose(this.#pieces(argument, name, 3));
      case 'Fn::Base64':
        return Buffer.from(this.#text(this.resolve(argument), name)).toString('base64');
      case 'Fn::GetAZs':
        return ['a', 'b', 'c'].map((zone) => `${this.#scope.region}${zone}`);
      default:
        return this.#evaluateList(name, argument);
    }
  }

  #evaluateList(name: string, argument: TemplateValue): unknown {
    const pieces = this.#pieces(argument, name, name === 'Fn::FindInMap' ? 3 : 2).map((piece) => this.resolve(piece));
    const [first, second, third] = pieces;
    switch (name) {
      case 'Fn::Join':
        return this.#items(second, name).join(this.#text(first, name));
      case 'Fn::Split':
        return this.#text(second, name).split(this.#text(first, name));
      case 'Fn::Select':
        return this.#select(Number(first), this.#items(second, name));
      case 'Fn::FindInMap':
        return this.#find(String(first), String(second), String(third));
      default:
        throw new Error(`${name} is not emulated`);
    }
  }

  #ref(name: string): unknown {
    if (name.startsWith('AWS::')) return this.#pseudo(name);
    const parameter = this.#scope.parameters.get(name);
    return parameter ?? this.#resource(name).ref;
  }

  #pseudo(name: string): unknown {
    const { region, accountId, stackName } = this.#scope;
    const values: Record<string, unknown> = {
      'AWS::AccountId': accountId,
      'AWS::NotificationARNs': [],
      'AWS::Partition': 'aws',
      'AWS::Region': region,
      'AWS::StackId': `arn:aws:cloudformation:${region}:${accountId}:stack/${stackName}/local`,
      'AWS::StackName': stackName,
      'AWS::URLSuffix': 'amazonaws.com',
    };
    return values[name];
  }

  #attribute(argument: TemplateValue): unknown {
    const reference = attributeOf(argument);
    if (reference === undefined) throw new Error(`Fn::GetAtt cannot be read: ${JSON.stringify(argument)}`);
    const { logicalId, attribute } = reference;
    const attributes = this.#resource(logicalId).attributes ?? {};
    if (!(attribute in attributes)) throw new Error(`'${logicalId}' has no attribute '${attribute}' on this machine`);
    return attributes[attribute];
  }

  #resource(logicalId: string): ResourceValues {
    const values = this.#scope.resources.get(logicalId);
    if (values === undefined) throw new Error(`there is no resource '${logicalId}', or its condition does not hold`);
    return values;
  }

  #substitute(argument: TemplateValue): string {
    const substitution = substitutionOf(argument);
    if (substitution === undefined) throw new Error(`Fn::Sub cannot be read: ${JSON.stringify(argument)}`);
    return substitution.text.replace(PLACEHOLDER, (_, literal: string, name: string) => {
      if (literal !== '') return `\${${name}}`;
      const variable = substitution.variables[name];
      if (variable !== undefined) return String(this.resolve(variable));
      return String(name.includes('.') ? this.#attribute(name) : this.#ref(name));
    });
  }

  #choose([condition = null, whenTrue = null, whenFalse = null]: readonly TemplateValue[]): unknown {
    return this.resolve(this.condition(this.#text(condition, 'Fn::If')) ? whenTrue : whenFalse);
  }

  #select(index: number, items: readonly unknown[]): unknown {
    if (!(index in items))
      throw new Error(`Fn::Select asks for item ${index} of ${items.length}: ${JSON.stringify(items)}`);
    return items[index];
  }

  #find(map: string, first: string, second: string): unknown {
    const value = this.#scope.template.Mappings?.[map]?.[first]?.[second];
    if (value === undefined) throw new Error(`no '${first}.${second}' in the mapping '${map}'`);
    return value;
  }

  #claim(value: TemplateValue): boolean {
    if (!isTemplateObject(value)) throw new Error(`a condition cannot be ${JSON.stringify(value)}`);
    const [name = '', argument = null] = Object.entries(value)[0] ?? [];
    switch (name) {
      case 'Condition':
        return this.condition(this.#text(argument, name));
      case 'Fn::Equals': {
        const [left, right] = this.#pieces(argument, name, 2).map((piece) => this.resolve(piece));
        return String(left) === String(right);
      }
      case 'Fn::Not':
        return !this.#pieces(argument, name, 1).some((piece) => this.#claim(piece));
      case 'Fn::And':
        return this.#pieces(argument, name).every((piece) => this.#claim(piece));
      case 'Fn::Or':
        return this.#pieces(argument, name).some((piece) => this.#claim(piece));
      default:
        throw new Error(`${name} is not a condition that is emulated`);
    }
  }

  #list(values: readonly TemplateValue[]): unknown[] {
    return values.map((item) => this.resolve(item)).filter((item) => item !== undefined);
  }

  #pieces(argument: TemplateValue, name: string, count?: number): readonly TemplateValue[] {
    if (Array.isArray(argument) && (count === undefined || argument.length === count)) return argument;
    throw new Error(
      `${name} takes a list${count === undefined ? '' : ` of ${count}`}, got ${JSON.stringify(argument)}`,
    );
  }

  #items(value: unknown, name: string): readonly unknown[] {
    if (Array.isArray(value)) return value;
    throw new Error(`${name} takes a list, got ${JSON.stringify(value)}`);
  }

  #text(value: unknown, name: string): string {
    if (typeof value === 'string' || typeof value === 'number') return String(value);
    throw new Error(`${name} takes a text, got ${JSON.stringify(value)}`);
  }
}
