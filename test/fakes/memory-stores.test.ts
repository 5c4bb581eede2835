import { describeLeaseStore } from '../contracts/lease-store.ts';
import { describeLedgerStore } from '../contracts/ledger-store.ts';
import { describePageStore } from '../contracts/page-store.ts';
import { createMemoryLeaseStore, createMemoryLedgerStore, createMemoryPageStore } from './memory-stores.ts';
import { VirtualClock } from './virtual-clock.ts';

describePageStore('in memory', async () => createMemoryPageStore());

describeLedgerStore('in memory', async () => {
  const clock = new VirtualClock();
  const store = createMemoryLedgerStore(clock);
  return { open: () => store, advance: (milliseconds) => clock.advance(milliseconds) };
});

describeLeaseStore('in memory', async () => {
  const clock = new VirtualClock();
  const store = createMemoryLeaseStore(clock);
  return { open: () => store, advance: (milliseconds) => clock.advance(milliseconds) };
});
