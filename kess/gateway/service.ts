/** What a service of a gateway is, as far as both gateways have it. */
export interface GatewayService {
	/** As it is sent and signed. */
	name: string;
	/**
	 * `reads` changes nothing, so that it may be asked again without knowing what became of it; `changes` makes or changes
	 * something, but no money moves by it alone; `pays` moves money. Of an unknown service the worst is supposed.
	 */
	does: 'reads' | 'changes' | 'pays';
	/** The operation that does it and looks before it pays, as the panel names it: every known service that pays has one. */
	operation?: string;
	/** Where a request says how much it moves. Missing where it does not say so, and where nothing moves. */
	amount?: AmountFields;
}

/** The fields in which a request says how much it moves. */
export interface AmountFields {
	amount: string;
	currency: string;
	/** Whether a request without an amount means something, such as all of an order. */
	mayOmit?: boolean;
}

/**
 * A service's name without all in which two spellings of it differ: case, space, dots, accents, characters that nobody sees.
 * Whoever refuses a service looks at this, because it is not known which of them a gateway takes.
 */
export function bareName(name: unknown): string {
	return String(name)
		.normalize('NFKD')
		.toLowerCase()
		.replace(/[^a-z0-9]/g, '');
}
