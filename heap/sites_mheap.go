package heap

import "lockheld/model"

// Assertion points of the heap around the page allocator.
const (
	siteSysAllocEntry               model.Site = "sysAlloc/entry"
	siteGCSetTriggerRatioEntry      model.Site = "gcSetTriggerRatio/entry"
	siteGCEffectiveGrowthRatioEntry model.Site = "gcEffectiveGrowthRatio/entry"
	siteRecordspanEntry             model.Site = "recordspan/entry"
	siteReclaimChunkEntry           model.Site = "reclaimChunk/entry"
	siteReclaimChunkReturn          model.Site = "reclaimChunk/return"
	siteAllocMSpanLockedEntry       model.Site = "allocMSpanLocked/entry"
	siteFreeMSpanLockedEntry        model.Site = "freeMSpanLocked/entry"
	siteMheapGrowEntry              model.Site = "mheap.grow/entry"
	siteFreeSpanLockedEntry         model.Site = "freeSpanLocked/entry"

	siteAllocNotHeld              model.Site = "mheap.alloc/not-held"
	siteAllocSpanNotHeld          model.Site = "allocSpan/not-held"
	siteReclaimNotHeld            model.Site = "reclaim/not-held"
	siteFreeSpanNotHeld           model.Site = "freeSpan/not-held"
	siteFreeManualNotHeld         model.Site = "freeManual/not-held"
	siteSweeponeNotHeld           model.Site = "sweepone/not-held"
	siteSweepNotHeld              model.Site = "sweep/not-held"
	siteDeductSweepCreditNotHeld  model.Site = "deductSweepCredit/not-held"
	siteScavengeAllNotHeld        model.Site = "scavengeAll/not-held"
	siteWakeScavengerNotHeld      model.Site = "wakeScavenger/not-held"
	siteWakeScavengerScavengeLock model.Site = "wakeScavenger/scavenge-lock-not-held"
	siteWakeScavengerSchedLock    model.Site = "wakeScavenger/sched-lock-not-held"
	siteGCPaceScavengerEntry      model.Site = "gcPaceScavenger/entry"
	siteFixallocAlloc             model.Site = "fixalloc.alloc/entry"
	siteFixallocFree              model.Site = "fixalloc.free/entry"
	siteSetSpansOwn               model.Site = "setSpans/own"
	siteAllocNeedsZeroOwn         model.Site = "allocNeedsZero/own"
	siteTryAllocMSpanEntry        model.Site = "tryAllocMSpan/entry"
	siteFreeManualGCOff           model.Site = "freeManual/gc-off"

	siteAllocManualStack       model.Site = "allocManual/systemstack"
	siteAllocSpanStack         model.Site = "allocSpan/systemstack"
	siteTryAllocMSpanStack     model.Site = "tryAllocMSpan/systemstack"
	siteAllocMSpanLockedStack  model.Site = "allocMSpanLocked/systemstack"
	siteFreeMSpanLockedStack   model.Site = "freeMSpanLocked/systemstack"
	siteFreeManualStack        model.Site = "freeManual/systemstack"
	siteScavengeAllStack       model.Site = "scavengeAll/systemstack"
	siteStackallocStack        model.Site = "stackalloc/systemstack"
	siteStackfreeStack         model.Site = "stackfree/systemstack"
	siteStackcacherefillStack  model.Site = "stackcacherefill/systemstack"
	siteStackcachereleaseStack model.Site = "stackcacherelease/systemstack"
	siteFreeStackSpansStack    model.Site = "freeStackSpans/systemstack"
	siteGCSweepStack           model.Site = "gcSweep/systemstack"
	siteGCResetMarkStateStack  model.Site = "gcResetMarkState/systemstack"

	siteProcresizeSched  model.Site = "procresize/entry-sched"
	siteProcresizeStw    model.Site = "procresize/entry-stw"
	siteDestroySched     model.Site = "destroy/entry-sched"
	siteDestroyStw       model.Site = "destroy/entry-stw"
	siteGCSweepEntry     model.Site = "gcSweep/entry"
	siteFinishsweepEntry model.Site = "finishsweep/entry"
	siteGCMarkStopped    model.Site = "gcMark/stopped"
	siteUpdatememstats   model.Site = "updatememstats/entry"
	siteFlushmcache      model.Site = "flushmcache/entry"
	siteFlushallmcaches  model.Site = "flushallmcaches/entry"
	siteUnsafeRead       model.Site = "heapStats.unsafeRead/entry"
	siteUnsafeClear      model.Site = "heapStats.unsafeClear/entry"
)

// growing is why functions run on the system stack that hold the heap lock.
const growing = "A user stack may grow, which needs the heap lock."

// mheapSites lists these points: those of the seed commit, our own, and those
// that other commits gave the runtime.
var mheapSites = [...]SiteEntry{
	{siteSysAllocEntry, "mheap.sysAlloc", SiteLock, "entry", 1, "Arena hints and the list of arenas change."},
	{siteGCSetTriggerRatioEntry, "gcSetTriggerRatio", SiteSTWOrLock, "entry", 2, "SetGCPercent calls it with the lock, mark termination in a stopped world."},
	{siteGCEffectiveGrowthRatioEntry, "gcEffectiveGrowthRatio", SiteSTWOrLock, "entry", 3, "It reads what gcSetTriggerRatio writes."},
	{siteRecordspanEntry, "recordspan", SiteLock, "entry", 13, "Only objects that are carved come here, not recycled ones."},
	{siteReclaimChunkEntry, "mheap.reclaimChunk", SiteLock, "entry", 14, "Without the lock the entries of the span map may be stale."},
	{siteReclaimChunkReturn, "mheap.reclaimChunk", SiteLock, "return", 15, "It has dropped the lock to sweep and to trace."},
	{siteAllocMSpanLockedEntry, "mheap.allocMSpanLocked", SiteLock, "entry", 16, "The refill takes objects from spanalloc."},
	{siteFreeMSpanLockedEntry, "mheap.freeMSpanLocked", SiteLock, "entry", 17, "A full cache gives the object to spanalloc."},
	{siteMheapGrowEntry, "mheap.grow", SiteLock, "entry", 18, "The current arena changes."},
	{siteFreeSpanLockedEntry, "mheap.freeSpanLocked", SiteLock, "entry", 19, "Pages and object must become free together."},

	{siteAllocNotHeld, "mheap.alloc", SiteNotHeld, "entry", 0, "It takes the heap lock itself."},
	{siteAllocSpanNotHeld, "mheap.allocSpan", SiteNotHeld, "entry", 0, "It takes the heap lock itself."},
	{siteReclaimNotHeld, "mheap.reclaim", SiteNotHeld, "entry", 0, "It takes the heap lock itself, and sweeping does."},
	{siteFreeSpanNotHeld, "mheap.freeSpan", SiteNotHeld, "entry", 0, "It takes the heap lock itself."},
	{siteFreeManualNotHeld, "mheap.freeManual", SiteNotHeld, "entry", 0, "It takes the heap lock itself."},
	{siteSweeponeNotHeld, "sweepone", SiteNotHeld, "entry", 0, "A span that is empty goes back to the heap, which takes the lock."},
	{siteSweepNotHeld, "mspan.sweep", SiteNotHeld, "entry", 0, "A span that is empty goes back to the heap, which takes the lock."},
	{siteDeductSweepCreditNotHeld, "deductSweepCredit", SiteNotHeld, "entry", 0, "It sweeps."},
	{siteScavengeAllNotHeld, "mheap.scavengeAll", SiteNotHeld, "entry", 0, "It takes the heap lock itself."},
	{siteWakeScavengerNotHeld, "wakeScavenger", SiteNotHeld, "entry", 0, "Its locks come before the heap lock in the lock order."},
	{siteWakeScavengerScavengeLock, "wakeScavenger", SiteNotHeld, "entry, scavenge.lock", 0, "It takes scavenge.lock itself."},
	{siteWakeScavengerSchedLock, "wakeScavenger", SiteNotHeld, "entry, sched.lock", 0, "Making the scavenger runnable takes sched.lock."},
	{siteGCPaceScavengerEntry, "gcPaceScavenger", SiteSTWOrLock, "entry", 0, "The goal is read under the lock; the runtime says so in a comment only."},
	{siteFixallocAlloc, "fixalloc.alloc", SiteSTWOrLock, "entry", 0, "The allocator has no lock of its own; recordspan sees carved objects only."},
	{siteFixallocFree, "fixalloc.free", SiteSTWOrLock, "entry", 0, "The allocator has no lock of its own; p.destroy relies on the stopped world."},
	{siteSetSpansOwn, "mheap.setSpans", SitePOwner, "entry", 0, "Without the lock only the entries of pages that this M is allocating may be written."},
	{siteAllocNeedsZeroOwn, "mheap.allocNeedsZero", SitePOwner, "entry", 0, "Only who owns the pages may claim that they are used now."},
	{siteTryAllocMSpanEntry, "mheap.tryAllocMSpan", SitePOwner, "entry", 0, "No lock protects the cache of span objects, only that its P belongs to this M."},
	{siteFreeManualGCOff, "mheap.freeManual", SiteGCOff, "entry", 0, "A marker may still look at the span."},

	{siteAllocManualStack, "mheap.allocManual", SiteSystemStack, "entry", 0, growing},
	{siteAllocSpanStack, "mheap.allocSpan", SiteSystemStack, "entry", 0, growing},
	{siteTryAllocMSpanStack, "mheap.tryAllocMSpan", SiteSystemStack, "entry", 0, "On a user stack the M might lose its P in between."},
	{siteAllocMSpanLockedStack, "mheap.allocMSpanLocked", SiteSystemStack, "entry", 0, growing},
	{siteFreeMSpanLockedStack, "mheap.freeMSpanLocked", SiteSystemStack, "entry", 0, growing},
	{siteFreeManualStack, "mheap.freeManual", SiteSystemStack, "entry", 0, growing},
	{siteScavengeAllStack, "mheap.scavengeAll", SiteSystemStack, "entry", 0, growing},
	{siteStackallocStack, "stackalloc", SiteSystemStack, "entry", 0, "A stack that grows must not do so while it allocates one."},
	{siteStackfreeStack, "stackfree", SiteSystemStack, "entry", 0, "A stack that grows must not do so while it frees one."},
	{siteStackcacherefillStack, "stackcacherefill", SiteSystemStack, "entry", 0, "A stack that grows must not do so while it allocates one."},
	{siteStackcachereleaseStack, "stackcacherelease", SiteSystemStack, "entry", 0, "A stack that grows must not do so while it frees one."},
	{siteFreeStackSpansStack, "freeStackSpans", SiteSystemStack, "entry", 0, growing},
	{siteGCSweepStack, "gcSweep", SiteSystemStack, "entry", 0, growing},
	{siteGCResetMarkStateStack, "gcResetMarkState", SiteSystemStack, "entry", 0, growing},

	{siteProcresizeSched, "procresize", SiteSchedLock, "entry", 0, "The lists of Ps and Ms change."},
	{siteProcresizeStw, "procresize", SiteSTW, "entry", 0, "Ps are made and destroyed only while nobody runs on them."},
	{siteDestroySched, "p.destroy", SiteSchedLock, "entry", 0, "The goroutines of the P go to the global queue."},
	{siteDestroyStw, "p.destroy", SiteSTW, "entry", 0, "Nobody runs on the P."},
	{siteGCSweepEntry, "gcSweep", SiteSTW, "entry", 0, "The sweep generation changes for all at once."},
	{siteFinishsweepEntry, "finishsweep_m", SiteSTW, "entry", 0, "No sweep is in progress after it."},
	{siteGCMarkStopped, "gcMark", SiteSTW, "entry", 0, "Nobody allocates while the model marks; the runtime marks concurrently and has no assertion here."},
	{siteUpdatememstats, "updatememstats", SiteSTW, "entry", 0, "The two sets of statistics agree only when nobody updates them."},
	{siteFlushmcache, "flushmcache", SiteSTW, "entry", 0, "The mcache belongs to a P that nobody runs on."},
	{siteFlushallmcaches, "flushallmcaches", SiteSTW, "entry", 0, "The mcaches belong to Ps that nobody runs on."},
	{siteUnsafeRead, "consistentHeapStats.unsafeRead", SiteSTW, "entry", 0, "Writers do not synchronise with this reader."},
	{siteUnsafeClear, "consistentHeapStats.unsafeClear", SiteSTW, "entry", 0, "Writers do not synchronise with this reader."},
}
