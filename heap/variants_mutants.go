package heap

import (
	"fmt"

	"lockheld/model"
)

// mutant is an entry of the list of mutants: its number, what catches it in
// which scenario, one sentence, and what differs.
func mutant(n int, catch, scenario, doc string, sw switches) *Variant {
	return &Variant{Name: fmt.Sprintf("m%02d", n), Kind: VariantMutant, Catch: catch, Scenario: scenario, Doc: doc, switches: sw}
}

// mutantVariants are deliberate mistakes, one each.
func mutantVariants() []*Variant {
	return append(append(append(
		lockMutants(),
		pageMutants()...),
		spanMutants()...),
		procMutants()...)
}

// lockMutants are m01 to m16: locks, and the scavenger's window.
func lockMutants() []*Variant {
	return []*Variant{
		mutant(1, "flush/entry", "procresize",
			"A P that is destroyed flushes its page cache without the heap lock, as in the commit before.",
			switches{destroyFlushUnlocked: true}),
		mutant(2, "P-PDEAD", "procresize",
			"A P that is destroyed does not flush its page cache.",
			switches{destroyNoFlush: true}),
		mutant(3, "P-CONSERVE", "procresize",
			"Flushing a page cache leaves the pages in the cache.",
			switches{flushKeepsCache: true}),
		mutant(4, "P-PDEAD", "procresize",
			"The page cache of a destroyed P is flushed only when the world has been started.",
			switches{destroyFlushLate: true}),
		mutant(5, "P-MSPAN", "procresize",
			"A P that is destroyed keeps the span objects that it frees.",
			switches{destroyKeepsSpans: true}),
		mutant(6, "P-BALANCE", "grow",
			"When the heap cannot grow, allocSpan returns with the heap lock.",
			switches{growFailsLocked: true}),
		mutant(7, "scavengeOne/return-fast", "scavenge-generation",
			"The scavenger returns without the heap lock after it found pages in the top chunk, if it may unlock.",
			switches{fastUnlocks: true}),
		mutant(8, "scavengeRangeLocked/entry", "scavenge-alloc",
			"The scavenger does not take the heap lock back when its search found a candidate.",
			switches{foundUnlocked: true, unguarded: true}),
		mutant(9, "scavengeOne/return-empty", "free-os-memory",
			"The scavenger does not take the heap lock back when its search found nothing.",
			switches{emptyUnlocked: true}),
		mutant(10, "throw", "grow-scavenge",
			"The scavenger drops the heap lock even where it must not, as when the heap grows.",
			switches{alwaysUnlocks: true}),
		mutant(11, "P-SCAVSUB", "two-runs",
			"The scavenger scavenges what it saw without the lock, without looking again.",
			switches{recheck: recheckNothing}),
		mutant(12, "P-SCAVSUB", "two-runs",
			"The scavenger looks again at the summary of the chunk only, not at the bits.",
			switches{recheck: recheckSummary}),
		mutant(13, "P-SCAVSUB", "two-runs",
			"The scavenger scavenges the pages that it saw if the chunk still has any candidate.",
			switches{recheck: recheckChunk}),
		mutant(14, "P-SCAVRANGES", "scavenge-generation",
			"Memory reserved for scavenging is given back whatever the generation.",
			switches{unreserveAnyGen: true}),
		mutant(15, "L-SCAV", "scavenge-rounds",
			"A reservation is made for the generation to come, so that nothing is given back.",
			switches{reserveNextGen: true}),
		mutant(16, "scavengeUnreserve/rest", "scavenge-generation",
			"All of a reservation is given back, not what was not searched.",
			switches{unreserveWhole: true}),
	}
}

// pageMutants are m17 to m33: page allocator, page caches and accounting.
func pageMutants() []*Variant {
	m19 := mutant(19, "", "",
		"Flushing a page cache updates the summaries as if the whole block had been freed.",
		switches{flushContig: true})
	m19.Survives = "A block never spans two chunks, and within one chunk update computes the summary from the bits either way."
	return []*Variant{
		mutant(17, "P-SUMMARY", "alloc-free",
			"Freeing pages does not update the summaries.",
			switches{freeNoUpdate: true}),
		mutant(18, "P-SUMMARY", "alloc-free",
			"Updating the summaries stops at the leaf.",
			switches{updateLeafOnly: true}),
		m19,
		mutant(20, "P-SEARCH", "alloc-free",
			"Freeing pages does not lower the search address.",
			switches{freeKeepsSearch: true}),
		mutant(21, "P-SEARCH", "procresize",
			"Flushing a page cache does not lower the search address.",
			switches{flushKeepsSearch: true}),
		mutant(22, "P-SEARCHMAP", "procresize",
			"Filling a page cache moves the search address to the page after the block.",
			switches{searchAfterBlock: true}),
		mutant(23, "P-SEARCHMAP", "hole",
			"The new search address is used without looking whether it is mapped.",
			switches{findUnmapped: true}),
		mutant(24, "P-SEARCH", "grow",
			"An allocation of several pages that fails says that no page is free.",
			switches{failExhausts: true}),
		mutant(25, "P-SCAVSUB", "alloc-free",
			"Allocating pages leaves their scavenged bits.",
			switches{allocKeepsScav: true}),
		mutant(26, "P-BACKED", "grow",
			"Growing the heap does not mark the new pages as scavenged.",
			switches{growBacked: true}),
		mutant(27, "P-SCAVSUB", "procresize",
			"A page that is taken out of a page cache stays marked as scavenged there.",
			switches{cacheKeepsScav: true}),
		mutant(28, "P-CONSERVE", "alloc-free",
			"A page cache is filled when few pages are left in it, not when none is.",
			switches{refillEarly: true}),
		mutant(29, "P1.caches", "lose-p",
			"An allocation uses the page cache of the P that the M had before it could be preempted.",
			switches{stalePcache: true}),
		mutant(30, "tryAllocMSpan/systemstack", "alloc-free",
			"An allocation uses the caches of the P on the goroutine's stack.",
			switches{cacheOnUserStack: true}),
		mutant(31, "P-CONSERVE", "alloc-free",
			"Pages out of a page cache are forgotten if there is no cached span object.",
			switches{dropCachePages: true}),
		mutant(32, "P-RETAIN", "stats",
			"A manual span is taken off heap_sys before its scavenged pages are taken off heap_released.",
			switches{countsFirst: true}),
		mutant(33, "P-REL", "grow",
			"heap_released is read and written, not changed atomically.",
			switches{releasedNotAtomic: true}),
	}
}

// spanMutants are m34 to m44: spans, reclaimers and sweepers.
func spanMutants() []*Variant {
	return []*Variant{
		mutant(34, "P-CONSERVE", "alloc-free",
			"A span object is given away, and the lock for a moment, before the pages of the span are freed.",
			switches{recycleFirst: true}),
		mutant(35, "P-SPANMAP", "alloc-free",
			"The in-use bit of a span is cleared when its pages are free and the lock is given back.",
			switches{inUseClearedLate: true}),
		mutant(36, "P-SPANMAP", "alloc-free",
			"The in-use bit of a span is set before the span map leads to it.",
			switches{inUseBeforeSpans: true}),
		mutant(37, "P-SPANSTATE", "reclaim-alloc",
			"The state of a span says in use before the sweep generation is set.",
			switches{stateBeforeSweepgen: true}),
		mutant(38, "P-SWEEPGEN", "reclaim-alloc",
			"Span objects are zeroed when they are recycled.",
			switches{zeroSpans: true}),
		mutant(39, "heapArena.spans", "reclaim-alloc",
			"The reclaimer does not read the in-use bits again when it has the lock back.",
			switches{reclaimNoReload: true}),
		mutant(40, "span", "reclaim-alloc",
			"The reclaimer reads the size of a span when it has swept it.",
			switches{reclaimPagesLate: true}),
		mutant(41, "reclaimChunk/return", "reclaim-traced",
			"After the event of execution tracing, reclaimChunk does not take the heap lock back.",
			switches{reclaimTraceUnlocked: true}),
		mutant(42, "reclaim/not-held", "grow",
			"Growing the heap reclaims pages first, with the heap lock held.",
			switches{reclaimInGrow: true}),
		mutant(43, "throw", "sweep-termination",
			"The sweep generation of a span is set when the span has been freed.",
			switches{sweepgenLate: true}),
		mutant(44, "freeManual/gc-off", "stack-mark",
			"Stacks are freed while the collector marks.",
			switches{freeManualInMark: true}),
	}
}

// procMutants are m45 to m60: stops of the world, Ps, and what is left.
func procMutants() []*Variant {
	return []*Variant{
		mutant(45, "procresize/entry-stw", "procresize",
			"The world counts as started before procresize has run.",
			switches{machine: model.MutantStartedEarly}),
		mutant(46, "P-STW", "stop-the-world",
			"The world counts as stopped before the Ps have stopped.",
			switches{machine: model.MutantStoppedEarly}),
		mutant(47, "stopTheWorld/check", "gc-percent",
			"A P that is taken out of a system call for a stop of the world is counted twice.",
			switches{machine: model.MutantCountTwice}),
		mutant(48, "stopTheWorld/locks", "stop-the-world",
			"The world is stopped with the heap lock held.",
			switches{stopWithLock: true}),
		mutant(49, "P-PDEAD", "procresize-own",
			"Ps are destroyed before the M that changes their number has another one.",
			switches{destroyOwnPFirst: true}),
		mutant(50, "P-PDEAD", "procresize",
			"A P that is made empties its page cache, and one that is destroyed does not flush it.",
			switches{initClearsCache: true, destroyNoFlush: true}),
		mutant(51, "lock/systemstack", "scavenge-generation",
			"The background scavenger takes the heap lock on its goroutine's stack.",
			switches{scavengeOnUserStack: true}),
		mutant(52, "wakeScavenger/not-held", "gc-then-percent",
			"Pacing the scavenger wakes it, with the heap lock held.",
			switches{wakeInPace: true}),
		mutant(53, "L-WAKE", "scavenge-generation",
			"A request to wake the scavenger is taken back even if the scavenger is not parked.",
			switches{wakeClears: true}),
		mutant(54, "rank", "alloc-free",
			"Mark bits are made under the heap lock.",
			switches{markBitsLocked: true}),
		mutant(55, "throw", "procresize",
			"An update of the statistics allocates a span before it ends.",
			switches{refillNested: true}),
		mutant(56, "gcSetTriggerRatio/entry", "gc-percent",
			"SetGCPercent gives the heap lock back before it computes the pacing.",
			switches{paceUnlocked: true}),
		mutant(57, "P-ZERO", "grow",
			"What was never used is recorded by a plain store, which another M's may undo.",
			switches{zeroedPlain: true}),
		mutant(58, "P-ZERO", "alloc-free",
			"Small spans count as zero, whatever their pages were used for.",
			switches{zeroedSkipsCache: true}),
		mutant(59, "P-CONSERVE", "grow",
			"When the heap moves to another arena, the rest of the old one is forgotten.",
			switches{growForgetsRest: true}),
		mutant(60, "P-PDEAD", "procresize-stacks",
			"Span objects that are freed while a P is destroyed go to the cache of that P.",
			switches{freeSpansToDeadP: true}),
	}
}
