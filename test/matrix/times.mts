/** How late what is late comes: later than the node waits for an answer. */
export const LATE_MS = 3000;
export const TIMEOUT_MS = 2000;

/** Look-ups of a gateway that lags: they show nothing of what was done for longer than a node looks. */
export const LAG_MS = 5000;
