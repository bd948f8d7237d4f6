// Loaded into n8n before n8n itself: its clock is ahead by KESSPAY_CLOCK_AHEAD_MS milliseconds.
const RealDate = Date;
const aheadMs = Number(process.env.KESSPAY_CLOCK_AHEAD_MS);

globalThis.Date = class Date extends RealDate {
	constructor(...values) {
		if (values.length === 0) super(Date.now());
		else super(...values);
	}

	static now() {
		return RealDate.now() + aheadMs;
	}
};
