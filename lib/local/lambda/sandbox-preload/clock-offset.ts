let offset = 0;

export function clockOffset(): number {
  return offset;
}

export function setClockOffset(milliseconds: number): void {
  offset = Number.isFinite(milliseconds) ? milliseconds : 0;
}
