import { type Check, text } from '../../basics/checks.ts';
import { Faults, type Given } from '../../basics/faults.ts';
import { fillTemplate } from '../fill-template.ts';
import type { Placeholder, TargetKind, Template } from '../rule.ts';
import { FIELD_NAMES } from '../vendor.ts';
import { TARGET_CHECKS } from '../wanted.ts';

/** Reads a template such as `/blog/{slug}`. */
export function readTemplate(kind: TargetKind): Check<Template> {
  return (given) => {
    const source = text(given);
    const texts = source?.split(/(\{[^{}]*\})/).filter((part) => part !== '') ?? [];
    const parts = texts.flatMap((part) => readPart(part, kind, given) ?? []);
    if (source === undefined || parts.length < texts.length) return undefined;
    const template = { source, parts };
    const rule = ruleBrokenBySample(template, kind);
    return rule === undefined ? template : given.mustBe(rule);
  };
}

function readPart(part: string, kind: TargetKind, template: Given): string | Placeholder | undefined {
  if (!part.startsWith('{') || !part.endsWith('}')) {
    return /[{}]/.test(part) ? template.mustBe('a template whose braces are in pairs') : part;
  }
  const isRest = part.startsWith('{...');
  const name = part.slice(isRest ? 4 : 1, -1);
  if (!isName(name)) {
    return template.mustBe(`a template without ${part}, which is no field`, `use ${describeNames()}`);
  }
  if (isRest && kind === 'tags') {
    return template.mustBe(`a template without ${part}, since only paths and prefixes have parts`, `use {${name}}`);
  }
  return { name, isRest };
}

/** Whether a placeholder or a condition may have this name. */
export function isName(name: string): boolean {
  return FIELD_NAMES.some((field) => field === name) || /^data(\.[^.{}]+)+$/.test(name);
}

export function describeNames(): string {
  return `${FIELD_NAMES.join(', ')} or data.<path into the payload>`;
}

/** Fills in a value that is always right. What is still wrong then is the template's own fault. */
function ruleBrokenBySample(template: Template, kind: TargetKind): string | undefined {
  const filled = fillTemplate(template, kind, () => ['x']);
  const faults = new Faults(template.source);
  TARGET_CHECKS[kind]({})(faults.in('items' in filled ? filled.items[0] : ''));
  return faults.found[0]?.mustBe;
}
