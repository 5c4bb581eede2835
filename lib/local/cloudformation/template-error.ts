import { IsrError } from '../../basics/errors.ts';

/** One thing in a template that cannot be run on this machine. */
export interface TemplateFault {
  /** `Pages127DFD1A (AWS::S3::Bucket) Properties.LifecycleConfiguration`. */
  readonly where: string;
  readonly what: string;
  /** What the reader can do about it. */
  readonly next: string;
}

/** Tells every fault of a template at once. */
export class TemplateError extends IsrError {
  constructor(subject: string, faults: readonly TemplateFault[], options?: ErrorOptions) {
    const lines = faults.map(({ where, what, next }) => `  - ${where}: ${what}; ${next}`);
    super('TEMPLATE_NOT_SUPPORTED', `${subject}:\n${lines.join('\n')}`, options);
  }
}
