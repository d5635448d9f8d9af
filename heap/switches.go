package heap

import "lockheld/model"

// switches say what a variant does differently from Go 1.16. Each is read
// where the variant departs from it. The zero value is Go 1.16.
type switches struct {
	// machine are mutants of the machine below the heap.
	machine model.Mutants
	// breaks is an assertion point that fails wherever it is evaluated.
	breaks model.Site

	// The next are about locks and stacks.

	// destroyFlushUnlocked: p.destroy flushes the page cache without the
	// heap lock.
	destroyFlushUnlocked bool
	// relaxFlush: flush/entry accepts a stopped world instead of the lock.
	relaxFlush bool
	// relaxUpdate: update/entry accepts a stopped world instead of the lock.
	relaxUpdate bool
	// unguarded: the page allocator's memory has no guards, so that an
	// assertion speaks first where the lock is not held.
	unguarded bool
	// testsUnlocked: the runtime's test helpers call the page allocator on the
	// goroutine's stack and without the heap lock.
	testsUnlocked bool
	// reclaimTraceUnlocked: reclaimChunk does not take the lock back after it
	// has traced what it did.
	reclaimTraceUnlocked bool
	// freeSpanOnUserStack: freeSpan takes the heap lock without switching to
	// the system stack.
	freeSpanOnUserStack bool
	// growFailsLocked: allocSpan returns with the lock when grow fails.
	growFailsLocked bool
	// fastUnlocks: scavengeOne gives the lock back where it returns after the
	// top chunk, if it may unlock.
	fastUnlocks bool
	// foundUnlocked: scavengeOne does not take the lock back after a search
	// that found something.
	foundUnlocked bool
	// emptyUnlocked: scavengeOne does not take the lock back after a search
	// that found nothing.
	emptyUnlocked bool
	// alwaysUnlocks: scavengeOne searches without the lock even if it must not.
	alwaysUnlocks bool
	// reclaimInGrow: grow reclaims, with the lock held.
	reclaimInGrow bool
	// stopWithLock: ReadMemStats stops the world with the heap lock held.
	stopWithLock bool
	// scavengeOnUserStack: bgscavenge works on the goroutine's stack.
	scavengeOnUserStack bool
	// wakeInPace: gcPaceScavenger wakes the scavenger.
	wakeInPace bool
	// markBitsLocked: allocSpan makes the mark bits under the heap lock.
	markBitsLocked bool
	// paceUnlocked: SetGCPercent gives the lock back before it computes the
	// pacing.
	paceUnlocked bool
	// gcPercentOnG: SetGCPercent works on the goroutine's stack.
	gcPercentOnG bool
	// hugePagesOnG: a collection takes the heap lock on the goroutine's stack when
	// it ends.
	hugePagesOnG bool
	// barrierLocked: allocSpan writes a pointer with a write barrier under the
	// heap lock.
	barrierLocked bool
	// traceUnlocked: SetGCPercent traces the new goal when it has given the lock
	// back.
	traceUnlocked bool
	// wakeFreesStack: waking the scavenger frees the stack of a dead M on the
	// stack that it has.
	wakeFreesStack bool
	// helperUnlocked: the runtime's test helper for span objects takes no lock.
	helperUnlocked bool
	// pacerTestUnlocked: tests of the pacing compute it without the lock.
	pacerTestUnlocked bool
	// cacheOnUserStack: alloc tries the caches of the P before it switches to
	// the system stack.
	cacheOnUserStack bool

	// The next are about the page allocator and the page caches.

	// flushKeepsCache: flush leaves the cache as it is.
	flushKeepsCache bool
	// flushKeepsSearch: flush does not lower the search address.
	flushKeepsSearch bool
	// flushContig: flush updates the summaries as if it had freed all of the
	// block.
	flushContig bool
	// freeNoUpdate: free does not update the summaries.
	freeNoUpdate bool
	// freeKeepsSearch: free does not lower the search address.
	freeKeepsSearch bool
	// updateLeafOnly: update stops at the leaf.
	updateLeafOnly bool
	// searchAfterBlock: allocToCache moves the search address to the page after
	// the block.
	searchAfterBlock bool
	// findUnmapped: find does not look whether the new search address is mapped.
	findUnmapped bool
	// failExhausts: an allocation that fails says that no page is free, whatever
	// its size.
	failExhausts bool
	// allocKeepsScav: allocRange leaves the scavenged bits.
	allocKeepsScav bool
	// growBacked: grow does not mark the new pages as scavenged.
	growBacked bool
	// cacheKeepsScav: a page that is taken out of a page cache keeps its
	// scavenged bit there.
	cacheKeepsScav bool
	// refillEarly: allocSpan fills the page cache when it has few pages left,
	// not when it has none.
	refillEarly bool
	// dropCachePages: allocSpan forgets the pages that it took from the page
	// cache if there is no span object.
	dropCachePages bool
	// updateExclusive: update computes the range of summaries from an exclusive
	// limit.
	updateExclusive bool
	// minZeroUnset: pageAlloc.grow keeps the lowest chunk that is mapped, and 0
	// for none although that is a chunk.
	minZeroUnset bool
	// oneUpdate: allocToCache updates the summaries once.
	oneUpdate bool
	// findAligned: allocSpan finds room for an aligned stack and allocates only
	// what it needs, as later releases do.
	findAligned bool
	// growForgetsRest: grow forgets the rest of the arena that it leaves.
	growForgetsRest bool
	// zeroedPlain: allocNeedsZero stores zeroedBase without comparing.
	zeroedPlain bool
	// zeroedSkipsCache: pages out of a page cache count as zero.
	zeroedSkipsCache bool

	// The next are about the scavenger.

	// recheck is what scavengeOne looks at again when it has the lock back.
	recheck recheck
	// unreserveAnyGen: scavengeUnreserve does not look at the generation.
	unreserveAnyGen bool
	// reserveNextGen: scavengeReserve returns the generation to come.
	reserveNextGen bool
	// unreserveWhole: scavenge gives back all that it had reserved.
	unreserveWhole bool
	// sharedAddr: scavengers share one address, which they move when they are done.
	sharedAddr bool
	// allMayUnlock: scavengeAll searches without the lock.
	allMayUnlock bool
	// unalignedMax: the size of what is scavenged at once is no multiple of the
	// operating system's page.
	unalignedMax bool
	// scavengeHull: the scavenger goes by the bitmaps of all chunks between the
	// lowest and the highest in use.
	scavengeHull bool
	// flushRaisesHWM: flush raises the mark of the highest free page.
	flushRaisesHWM bool
	// unusedUnlocked: the scavenger gives memory back without the heap lock, as
	// later releases do.
	unusedUnlocked bool
	// neverParks: a scavenger that finds nothing sleeps, and does not park.
	neverParks bool
	// wakeClears: wakeScavenger takes the request back even if the scavenger is
	// not parked.
	wakeClears bool

	// The next are about spans, sweepers and reclaimers.

	// recycleFirst: freeSpanLocked gives the span object away, and the lock for
	// a moment, before it frees the pages.
	recycleFirst bool
	// inUseClearedLate: freeSpan clears the in-use bit when it has given the
	// lock back.
	inUseClearedLate bool
	// inUseBeforeSpans: allocSpan sets the in-use bit before the span map.
	inUseBeforeSpans bool
	// stateBeforeSweepgen: allocSpan sets the state before the sweep generation.
	stateBeforeSweepgen bool
	// zeroSpans: span objects are zeroed when they are recycled.
	zeroSpans bool
	// reclaimNoReload: reclaimChunk does not read the in-use bits again when it
	// has the lock back.
	reclaimNoReload bool
	// reclaimPagesLate: reclaimChunk reads the size of a span when it has swept
	// it.
	reclaimPagesLate bool
	// sweepgenLate: sweep sets the sweep generation when it has freed the span.
	sweepgenLate bool
	// activeSweep: sweepers and reclaimers are counted in one word with whether
	// there is anything left, as later releases do.
	activeSweep bool
	// sweepStrict: a span in an unswept set has to be in use.
	sweepStrict bool
	// reclaimGivesUp: reclaimChunk stops at a span that needs no sweeping.
	reclaimGivesUp bool
	// noPageMarks: mark does not set the page marks.
	noPageMarks bool
	// manualPagesInUse: freeing a manual span takes its pages off pagesInUse.
	manualPagesInUse bool
	// initSetsLimit: a span gets its limit in its init.
	initSetsLimit bool
	// freeManualInMark: stacks are freed while the collector marks.
	freeManualInMark bool

	// The next are about the life of Ps and what belongs to them.

	// destroyNoFlush: p.destroy leaves the page cache.
	destroyNoFlush bool
	// destroyFlushLate: the page cache of a destroyed P is flushed when
	// GOMAXPROCS has started the world.
	destroyFlushLate bool
	// destroyKeepsSpans: p.destroy frees the cached span objects and leaves
	// them in the cache.
	destroyKeepsSpans bool
	// destroyOwnPFirst: procresize destroys Ps before the M has another one.
	destroyOwnPFirst bool
	// initClearsCache: p.init empties the page cache.
	initClearsCache bool
	// freeSpansToDeadP: span objects that are freed while a P is destroyed go
	// to its cache.
	freeSpansToDeadP bool
	// staleMcache: a large allocation uses the mcache that the M had before it
	// could be preempted.
	staleMcache bool
	// flushIdle: the end of a collection flushes the page caches of idle Ps, as
	// later releases do.
	flushIdle bool
	// moveWaiting: moveTimers leaves the status of a timer as it is.
	moveWaiting bool
	// moveUnnoticed: moveTimers does not tell the P that it has another timer.
	moveUnnoticed bool
	// stalePcache: alloc reads which P it has before it may be preempted.
	stalePcache bool

	// The next are about statistics and accounting.

	// countsFirst: allocSpan counts the span before it takes the scavenged pages
	// off heap_released.
	countsFirst bool
	// releasedNotAtomic: allocSpan reads and writes heap_released.
	releasedNotAtomic bool
	// statsNoSplit: an update of the statistics does not grow the stack.
	statsNoSplit bool
	// countOnG: heap_inuse is counted on the goroutine's stack, after allocSpan.
	countOnG bool
	// largeFreeFirst: sweep counts the free of a large object before its span
	// goes.
	largeFreeFirst bool
	// statsCopiedLate: ReadMemStats allocates a span before it copies what it has
	// compared.
	statsCopiedLate bool
	// refillNested: mcache.refill gets the span inside its update of the
	// statistics.
	refillNested bool
}

// recheck is what scavengeOne looks at again after it has searched without the
// lock.
type recheck uint8

const (
	recheckBits    recheck = iota // the bits of the chunk: Go 1.16
	recheckNothing                // it scavenges what it saw
	recheckSummary                // the summary of the chunk
	recheckChunk                  // whether the chunk still has any candidate
)
