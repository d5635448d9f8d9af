package properties

import "lockheld/model"

// Names of properties that code outside the list refers to.
const (
	nameBalance   = "P-BALANCE"
	nameSysstack  = "P-SYSSTACK"
	nameNoPreempt = "P-NOPREEMPT"
	nameNeg       = "P-NEG"
	nameNoContend = "P-STW-NOCONTEND"
	nameScav      = "L-SCAV"
	nameAlloc     = "L-ALLOC"
	nameSnapshot  = "P-SNAPSHOT"
	nameObjects   = "P-INOBJECTS"
	nameStopper   = "P-STOPPER"
	nameReclaim   = "P-RECLAIM"
	nameFreeOS    = "P-FREEOS"
	nameMemStats  = "P-MEMSTATS"
	nameGCSwept   = "P-GCSWEPT"
	nameIdleCache = "P-IDLECACHE"
	nameLeft      = "L-FREEOS"
)

func withHeap(s *state) bool { return s.h != nil }

func withSysmon(s *state) bool { return s.h != nil && s.k.Sysmon() != nil }

func withStops(s *state) bool { return s.h != nil && !s.k.Config().NoStops }

// entries is the list of properties, in the order of the reference.
var entries = []Entry{
	// Locking.
	{Name: "P-LOCK", Doc: "At each assertion point of the runtime the M holds the heap lock, or the world is stopped where that is enough.",
		Where: "the assertions of the heap"},
	{Name: "P-MUTEX", Doc: "A lock has one holder, and only the holder gives it back.",
		Where: "the engine and the machine, site unlock/held"},
	{Name: "P-NONREC", Doc: "No M acquires a lock that it holds.",
		Where: "the engine, as a self-deadlock"},
	{Name: nameBalance, Doc: "What the scenario calls returns without a lock that it took, and without m.locks.",
		Where: "the scenario after each call, and the sites goexit/locks and scavenge/return", called: true},
	{Name: nameNeg, Doc: "Functions that take the heap lock are not called by an M that holds it.",
		Where: "the not-held assertions of the heap", sites: true},
	{Name: nameSysstack, Doc: "The heap lock is acquired, and what needs it runs, on a system stack.",
		Where: "the machine, site lock/systemstack, and the systemstack assertions", off: model.CheckSystemStack},
	{Name: nameNoPreempt, Doc: "An M gives the heap lock back with the P with which it took it, and parks without a runtime lock.",
		Where: "the hook of the heap lock, and the site schedule/locks", called: true},
	{Name: "P-RANK", Doc: "Locks are taken in the order of the runtime's lock ranks.",
		Where: "the machine, site rank", off: model.CheckRank},
	{Name: "P-WRITE", Doc: "What the heap lock protects is read and written by its holder, or in order by the exceptions that the runtime makes.",
		Where: "the guards and race checks of the heap's memory"},

	// Pages.
	{Name: "P-CONSERVE", Doc: "Every page in use is free or has an owner, and what is mapped is in use or left of the current arena.",
		When: Unlocked, check: checkConserve, reads: readsLock},
	{Name: "P-NODOUBLE", Doc: "No page is in two spans, page caches or allocations under way.",
		When: Unlocked, check: checkNodouble, reads: readsLock},
	{Name: "P-SUMMARY", Doc: "Every summary of every level is what the bitmaps say.",
		When: Unlocked, check: checkSummary, reads: readsLock},
	{Name: "P-SEARCH", Doc: "No page below the search address is free.",
		When: Unlocked, check: checkSearch, reads: readsLock},
	{Name: "P-SEARCHMAP", Doc: "The search address is part of the heap, or says that no page is free.",
		When: Unlocked, check: checkSearchMap, reads: readsLock},
	{Name: "P-INUSE", Doc: "The ranges in use are sorted, made of chunks, counted, never smaller than before, and apart from the rest of the current arena.",
		When: Unlocked, check: checkInUse, remembers: true, reads: readsLock},
	{Name: "P-SCAVSUB", Doc: "A page that is allocated is not marked as scavenged, and a page cache has nothing scavenged that it does not have.",
		When: Unlocked, check: checkScavSub, reads: readsLock},
	{Name: "P-BACKED", Doc: "The operating system backs every free page that is not marked as scavenged, and gets back only what is free.",
		When: Unlocked, check: checkBacked, reads: readsLock, needs: withHeap},
	{Name: "P-ZERO", Doc: "A span that counts as zero has no page that was part of a span before.",
		When: Unlocked, check: checkZero, end: checkZeroEnd, reads: readsLock, needs: withHeap},
	{Name: "P-SPANMAP", Doc: "The span map leads from each page of a span to the span, and the in-use bits and pagesInUse are those of the heap spans.",
		When: Unlocked, check: checkSpanMap, end: checkPagesInUse, reads: readsLock, each: readsPageInUse, needs: withHeap},
	{Name: "P-MSPAN", Doc: "Every span object is free, in the cache of one P, live or in the hands of an M that allocates, and once in allspans.",
		When: Unlocked, check: checkMSpan, reads: readsLock, needs: withHeap},
	{Name: "P-SPANSTATE", Doc: "A span comes into use out of dead, with its sweep generation, and dies only while the collector does not mark.",
		When: EachStep, check: checkSpanState, remembers: true, each: readsStates, needs: withHeap},
	{Name: "P-SWEEPGEN", Doc: "A span is swept by one M in a cycle, and its object keeps the sweep generation when it dies.",
		When: EachStep, check: checkSweepgen, remembers: true, each: readsSweepgens, needs: withHeap},

	{Name: "P-CACHED", Doc: "At the end of an execution the sweep generation of each heap span says whether a P has it in its cache.",
		When: AtEnd, end: checkCached, needs: withHeap},
	{Name: "P-SETS", Doc: "At the end of an execution the sets of spans have what they count, and those to be swept are empty if the sweep counts as done.",
		When: AtEnd, end: checkSets, needs: withHeap},
	{Name: "P-INDEX", Doc: "The class at which sweepers begin to look for spans does not go back in a sweep phase.",
		When: EachStep, check: checkCentralIndex, remembers: true, each: readsCentralIndex, needs: withHeap},
	{Name: "P-CREDIT", Doc: "At the end of an execution the credit of reclaimers is what was freed in advance and not used.",
		When: AtEnd, end: checkCredit, needs: withHeap},
	{Name: "L-SWEEP", Doc: "The background sweeper sleeps at the end of an execution only if the sweep is done.",
		When: AtEnd, end: checkSweeper, needs: withHeap},
	{Name: "P-STACKS", Doc: "At the end of an execution each small stack is free, in the cache of one P, or in use, and no cache has more than a span of them.",
		When: AtEnd, end: checkStacks, needs: withHeap},

	// Scavenger.
	{Name: "P-SCAVRANGES", Doc: "What is left to scavenge in the generation is sorted, disjoint, counted and part of the heap.",
		When: Unlocked, check: checkScavRanges, reads: readsLock},
	{Name: "P-GEN", Doc: "Memory that was reserved in an older generation is not given back to the current one.",
		When: Unlocked, check: checkGen, reads: readsLock},
	{Name: "P-SCAVLIVE", Doc: "No page that a span or a page cache has was given back to the operating system.",
		When: Unlocked, check: checkScavLive, reads: readsLock, needs: withHeap},
	{Name: nameScav, Doc: "Free pages are scavenged within three generations if nobody else uses the heap.",
		Where: "the scenarios that end with three generations", called: true},
	{Name: nameFreeOS, Doc: "When FreeOSMemory gives the heap lock back, nothing is free and not scavenged that its generation looks at.",
		Where: "the scenario that is made for it, at the end of its last critical section", called: true},
	{Name: "P-PARK", Doc: "A background scavenger that has found nothing parks before it looks again.",
		When: EachStep, check: checkPark, reads: readsScavenge, needs: withHeap},
	{Name: "L-WAKE", Doc: "A request to wake the scavenger stays until the scavenger has been made to run.",
		When: EachStep, check: checkWake, remembers: true, each: readsWake, needs: withSysmon},

	// Accounting.
	{Name: "P-REL", Doc: "heap_released is what is marked as scavenged, the rest of the current arena, and what Ms are about to account for.",
		When: Unlocked, check: checkRel, reads: readsLock, each: readsReleased, needs: withHeap},
	{Name: "P-RETAIN", Doc: "heap_sys is never less than heap_released.",
		When: EachStep, check: checkRetain, reads: readsRetained, needs: withHeap},
	{Name: "P-STATS", Doc: "In a stopped world the counters agree with each other, with the consistent statistics and with the spans.",
		When: Stopped, check: checkStats, end: checkStats, reads: readsLockAndStop, needs: withHeap},
	{Name: nameSnapshot, Doc: "A consistent snapshot has all that is mapped as committed or released, and no more in spans than is committed.",
		Where: "the scenario after each snapshot", called: true},
	{Name: nameMemStats, Doc: "What ReadMemStats copies of the counters is what it has compared.",
		Where: "the scenario after each ReadMemStats", called: true},
	{Name: "P-SEQ", Doc: "A P that stops or changes hands is not in the middle of an update of the statistics.",
		When: EachStep, check: checkSeq, end: checkSeqEnd, each: readsMachine, needs: withStops},

	// Ms, Ps and stops.
	{Name: "P-PLOCAL", Doc: "The caches of a P are used by the M that has it, or by who has stopped the world.",
		Where: "the guards of the caches, and the site pageCache.alloc/entry"},
	{Name: "P-PLINK", Doc: "A P runs if and only if one M has it, and they are linked to each other.",
		When: EachStep, check: machine((*model.Machine).CheckPLinks), each: readsMachine},
	{Name: "P-IDLE", Doc: "The idle lists are what they are counted, and no P is idle while an M waits for one or a stop is asked for.",
		When: EachStep, check: machine((*model.Machine).CheckIdle), each: readsMachine},
	{Name: "P-STW", Doc: "While the world is stopped no M but the stopper has a P, and every P is stopped.",
		When: EachStep, check: machine((*model.Machine).CheckStopped), each: readsMachine, needs: withStops},
	{Name: "P-STWFLAG", Doc: "The world counts as stopped while it is, and once.",
		When: EachStep, check: machine((*model.Machine).CheckStopCount), each: readsMachine, needs: withStops},
	{Name: "P-STOPWAIT", Doc: "A stop waits for exactly the Ps that have not stopped.",
		When: EachStep, check: machine((*model.Machine).CheckStopwait), each: readsMachine, needs: withStops},
	{Name: "P-PDEAD", Doc: "Exactly the Ps from gomaxprocs on are dead, and a dead P has no page, no span object and no mcache.",
		When: EachStep, check: checkPDead, each: readsMachine, needs: withStops},
	{Name: "P-RESTART", Doc: "Who has started the world keeps its P until it has released worldsema.",
		When: EachStep, check: machine((*model.Machine).CheckRestarter), each: readsMachine, needs: withSlices},
	{Name: "P-TIMER", Doc: "The scavenger's timer is set while it sleeps, on a P that looks out for it, and moves to another P in a stopped world only.",
		When: EachStep, check: checkTimer, reads: readsTimer, needs: withTimers},
	{Name: nameNoContend, Doc: "Who has stopped the world never waits for the heap lock, which nobody else has then.",
		When: EachStep, check: checkNoContend, reads: readsLockAndStop, needs: withStops},
	{Name: "L-STW", Doc: "A stop of the world that is asked for is completed.",
		Where: "the engine, as a deadlock or a stuck task"},
	{Name: nameAlloc, Doc: "An allocation fails only if the operating system refuses memory.",
		Where: "the scenario after each allocation", called: true},
	{Name: nameReclaim, Doc: "A reclaimer that nobody helps frees less than it was asked for only if no span without marks is left to sweep.",
		Where: "the scenario that is made for it", called: true},
	{Name: "P-GCSTABLE", Doc: "The sweep generation and the list of arenas to sweep do not change under an M that is not preemptible.",
		Where: "the race checks of both"},

	// What Go 1.16 does not have.
	{Name: "P-DONE-ONCE", Doc: "In a sweep phase one sweeper finds that it is the last one, which starts a scavenge generation.", Strict: true,
		Fails: "sweep-termination: the test of sweepdone and the count of sweepers are two steps (issue 46500)",
		When:  EachStep, check: checkDoneOnce, remembers: true, reads: readsSweepers, needs: withHeap},
	{Name: "P-SWEPT", Doc: "When the sweep counts as done and no sweeper is active, every span is swept.", Strict: true,
		Fails: "reclaim: the page reclaimer and mcentral sweep spans without being counted as sweepers (compare issue 45315)",
		When:  EachStep, check: checkSwept, reads: readsSwept, needs: withHeap},
	{Name: nameGCSwept, Doc: "When a collection that the program asked for returns, every span is swept.", Strict: true,
		Fails: "gc-swept: as P-SWEPT (issue 45315)",
		Where: "the scenario after the end of the collection", called: true},
	{Name: nameIdleCache, Doc: "When a collection returns, an idle P has no page in its cache.", Strict: true,
		Fails: "idle-cache: nobody flushes the cache of an idle P",
		Where: "the scenario after the end of the collection", called: true},
	{Name: "P-UNUSED", Doc: "Memory is given back to the operating system without the heap lock.", Strict: true,
		Fails: "slow-unused, where calls of the operating system are steps: the scavenger keeps the lock (issue 31678)",
		When:  Unlocked, check: checkUnused, reads: readsLock, needs: withSyscalls},
	{Name: nameLeft, Doc: "FreeOSMemory scavenges all that is free if nobody else uses the heap.", Strict: true,
		Fails: "dead-cache: the generation does not begin above what a destroyed P has flushed",
		Where: "the scenario after the last of its calls", called: true},
	{Name: nameObjects, Doc: "A consistent snapshot has no more bytes in objects than in heap spans.", Strict: true,
		Fails: "stats: the free of a large object is counted after its span has gone (issue 67019)",
		Where: "the scenario after each snapshot", called: true},
	{Name: "P-LIMIT", Doc: "A heap span comes into use with its limit set.", Strict: true,
		Fails: "wherever a heap span is allocated: the limit is set after allocSpan has published the span (issue 74288)",
		When:  EachStep, check: checkLimit, each: readsStates, needs: withHeap},
	{Name: nameStopper, Doc: "Who relies on a stopped world has stopped it, and it is stopped still.", Strict: true,
		Fails: "a rely on the stop between the release of sched.lock and worldStarted passes in Go 1.16; no scenario has one yet",
		Where: "the machine, site assertWorldStopped/stopper", called: true},
}
