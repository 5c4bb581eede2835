/** The steps from the whole to one part of it: `['webhooks', 'ghost', 'rules', 0]`. No steps: the whole. */
export type Place = readonly (string | number)[];

/** One thing that is wrong with what somebody gave us. */
export interface Fault {
  readonly place: Place;
  /** What stands there; left out where it may be a secret, or says nothing. */
  readonly value?: unknown;
  /** The end of the sentence "<place> must be": `an integer between 1 and 10`. */
  readonly mustBe: string;
  /** What to do, when that is not plain: `write it as ['page']`. */
  readonly remedy?: string;
}

const MAX_SHOWN_LENGTH = 80;

/** `'rules[0].paths' must be a list, got 7; write it as ['/blog']`. `whole`: what a place without steps is called. */
export function sentenceOf(fault: Fault, whole: string): string {
  const { place, mustBe, remedy } = fault;
  const subject = place.length === 0 ? whole : `'${textOf(place)}'`;
  const received = 'value' in fault ? `, got ${show(fault.value)}` : '';
  return `${subject} must be ${mustBe}${received}${remedy === undefined ? '' : `; ${remedy}`}`;
}

/** The value as a person would write it, on one line and short enough for a sentence. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'string') return `'${cut(escapeControls(value))}'`;
  return cut(jsonOf(value));
}

/** `rules[0].paths` */
function textOf(place: Place): string {
  const [first = '', ...rest] = place;
  return rest.reduce<string>((text, step) => text + (typeof step === 'number' ? `[${step}]` : `.${step}`), `${first}`);
}

function cut(text: string): string {
  return text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH - 3).toWellFormed()}...` : text;
}

/** What would break the line, or hide what is behind it, is written as `\u000a`. */
function escapeControls(text: string): string {
  return text
    .slice(0, MAX_SHOWN_LENGTH + 1)
    .replaceAll(
      /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu,
      (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // It holds itself, is nested too deeply, or is of a kind that JSON lacks.
    return typeof value === 'object' ? Object.prototype.toString.call(value) : String(value);
  }
}
