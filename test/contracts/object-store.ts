import { afterAll, beforeAll, describe } from 'vitest';
import { describeBuckets } from './object-store/buckets.ts';
import { describeConditions } from './object-store/conditions.ts';
import { describeContent } from './object-store/content.ts';
import { describeKeys } from './object-store/keys.ts';
import { describeMultipart } from './object-store/multipart.ts';
import { type ObjectStoreFactory, type ObjectStoreSubject, Objects } from './object-store/subject.ts';

/** What the stack relies on in S3. Run against an endpoint on this machine or, with its own factory, against AWS. */
export function describeObjectStore(name: string, factory: ObjectStoreFactory): void {
  describe(`object store: ${name}`, () => {
    let subject: ObjectStoreSubject;
    let objects: Objects;

    beforeAll(async () => {
      subject = await factory();
      objects = new Objects(subject);
    });
    afterAll(async () => {
      objects.client.destroy();
      await subject.stop();
    });

    describeConditions(() => objects);
    describeContent(() => objects);
    describeKeys(() => objects);
    describeMultipart(() => objects);
    describeBuckets(() => objects);
  });
}
