/** What a service of a gateway is, as far as both gateways have it. */
export interface GatewayService {
	/** As it is sent and signed. */
	name: string;
	/**
	 * `reads` changes nothing, so that it may be asked again without knowing what became of it; `changes` makes or changes
	 * something, but no money moves by it alone; `pays` moves money. Of an unknown service the worst is supposed.
	 */
	does: 'reads' | 'changes' | 'pays';
}
