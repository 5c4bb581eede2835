import { type Check, fieldsOf, listOf, memberOf, optional, rejectUnknown, trueOrFalse } from '../../basics/checks.ts';
import type { Given } from '../../basics/faults.ts';
import { type Rule, TARGET_KINDS } from '../rule.ts';
import { describeNames, isName, readTemplate } from './read-template.ts';

const MEMBERS = ['when', ...TARGET_KINDS, 'all'];

export const readRules: Check<readonly Rule[]> = (given) => {
  const { value } = given;
  if (Array.isArray(value) && value.length > 0) return listOf(readRule)(given);
  return given.mustBe('a list of rules that is not empty', 'leave it out for the defaults');
};

const readRule: Check<Rule> = (given) => {
  const fields = fieldsOf(given, "an object such as { paths: ['/blog/{slug}'] }");
  if (fields === undefined) return undefined;
  rejectUnknown(given, fields, MEMBERS, 'a member that is known');
  const all = optional(trueOrFalse)(memberOf(given, fields, 'all')) ?? false;
  if (!TARGET_KINDS.some((kind) => fields[kind] !== undefined) && !all) {
    given.mustBe('a rule that names what to revalidate', 'give it paths, tags, prefixes or all');
  }
  return {
    conditions: readConditions(memberOf(given, fields, 'when')),
    targets: TARGET_KINDS.flatMap((kind) => {
      const templates = notEmpty(listOf(readTemplate(kind)))(memberOf(given, fields, kind)) ?? [];
      return templates.map((template) => ({ kind, template }));
    }),
    all,
  };
};

function readConditions(given: Given): Rule['conditions'] {
  if (given.value === undefined) return [];
  const fields = fieldsOf(given, "an object such as { type: 'post' }") ?? {};
  return Object.keys(fields).flatMap((name) => {
    const condition = memberOf(given, fields, name);
    if (!isName(name)) condition.secret.mustBe('a condition on a field that is known', `use ${describeNames()}`);
    const values = readValues(condition);
    return values === undefined ? [] : [{ name, values }];
  });
}

const readValues: Check<readonly string[]> = (given) => {
  const values = [given.value].flat();
  const areTexts = values.every((each): each is string => typeof each === 'string' && each !== '');
  return values.length > 0 && areTexts ? values : given.mustBe('a string or a list of several');
};

/** The list may be absent, but not empty. */
function notEmpty<T>(check: Check<readonly T[]>): Check<readonly T[] | undefined> {
  return optional((given) =>
    Array.isArray(given.value) && given.value.length > 0
      ? check(given)
      : given.mustBe('a list of strings that is not empty'),
  );
}
