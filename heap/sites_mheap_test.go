package heap

import (
	"testing"

	"lockheld/model"
)

// A siteCall makes one assertion point fail: it runs on the user stack of an M
// with a P, holding nothing, in a heap of ten pages with a span of one page.
type siteCall struct {
	site model.Site
	call func(h *mheap, m *model.M, s *mspan)
}

// onSystemStack calls f there.
func onSystemStack(f func(h *mheap, m *model.M, s *mspan)) func(h *mheap, m *model.M, s *mspan) {
	return func(h *mheap, m *model.M, s *mspan) { m.Systemstack(func() { f(h, m, s) }) }
}

// locked calls f on the system stack with the heap lock.
func locked(f func(h *mheap, m *model.M, s *mspan)) func(h *mheap, m *model.M, s *mspan) {
	return onSystemStack(func(h *mheap, m *model.M, s *mspan) {
		m.Lock(h.lock)
		f(h, m, s)
	})
}

// schedLocked calls f on the system stack with sched.lock.
func schedLocked(f func(h *mheap, m *model.M, s *mspan)) func(h *mheap, m *model.M, s *mspan) {
	return onSystemStack(func(h *mheap, m *model.M, s *mspan) {
		m.Lock(h.k.SchedLock())
		f(h, m, s)
	})
}

// siteCalls has an entry for each point of mheapSites.
var siteCalls = []siteCall{
	// The points of the seed commit, called without the lock.
	{siteSysAllocEntry, onSystemStack(func(h *mheap, m *model.M, _ *mspan) { h.sysAlloc(m, 1) })},
	{siteGCSetTriggerRatioEntry, onSystemStack(func(h *mheap, m *model.M, _ *mspan) { h.gcSetTriggerRatio(m, 1) })},
	{siteGCEffectiveGrowthRatioEntry, onSystemStack(func(h *mheap, m *model.M, _ *mspan) { h.gcEffectiveGrowthRatio(m) })},
	{siteRecordspanEntry, onSystemStack(func(h *mheap, m *model.M, _ *mspan) { h.recordspan(m, 0) })},
	{siteReclaimChunkEntry, onSystemStack(func(h *mheap, m *model.M, _ *mspan) { h.reclaimChunk(m, nil, 0, 0) })},
	{siteReclaimChunkReturn, locked(func(h *mheap, m *model.M, _ *mspan) {
		h.v = &Variant{switches: switches{reclaimTraceUnlocked: true}}
		h.reclaimChunk(m, nil, 0, 0)
	})},
	{siteAllocMSpanLockedEntry, onSystemStack(func(h *mheap, m *model.M, _ *mspan) { h.allocMSpanLocked(m) })},
	{siteFreeMSpanLockedEntry, onSystemStack(func(h *mheap, m *model.M, s *mspan) { h.freeMSpanLocked(m, s) })},
	{siteMheapGrowEntry, onSystemStack(func(h *mheap, m *model.M, _ *mspan) { h.grow(m, 1) })},
	{siteFreeSpanLockedEntry, onSystemStack(func(h *mheap, m *model.M, s *mspan) { h.freeSpanLocked(m, s, SpanAllocHeap) })},

	// Called with the lock.
	{siteAllocNotHeld, locked(func(h *mheap, m *model.M, _ *mspan) { h.alloc(m, 1, 0, false) })},
	{siteAllocSpanNotHeld, locked(func(h *mheap, m *model.M, _ *mspan) { h.allocManual(m, 1, SpanAllocStack) })},
	{siteReclaimNotHeld, locked(func(h *mheap, m *model.M, _ *mspan) { h.reclaim(m, 1) })},
	{siteFreeSpanNotHeld, locked(func(h *mheap, m *model.M, s *mspan) { h.freeSpan(m, s) })},
	{siteFreeManualNotHeld, locked(func(h *mheap, m *model.M, s *mspan) { h.freeManual(m, s, SpanAllocStack) })},
	{siteSweeponeNotHeld, locked(func(h *mheap, m *model.M, _ *mspan) { h.sweepone(m) })},
	{siteSweepNotHeld, locked(func(h *mheap, m *model.M, s *mspan) { h.sweep(m, s, false) })},
	{siteDeductSweepCreditNotHeld, locked(func(h *mheap, m *model.M, _ *mspan) { h.deductSweepCredit(m, 1, 0) })},
	{siteScavengeAllNotHeld, locked(func(h *mheap, m *model.M, _ *mspan) { h.scavengeAll(m) })},
	{siteWakeScavengerNotHeld, locked(func(h *mheap, m *model.M, _ *mspan) { h.wakeScavenger(m) })},
	{siteWakeScavengerScavengeLock, func(h *mheap, m *model.M, _ *mspan) {
		m.Lock(h.scavenger.lock)
		h.wakeScavenger(m)
	}},
	{siteWakeScavengerSchedLock, schedLocked(func(h *mheap, m *model.M, _ *mspan) { h.wakeScavenger(m) })},

	// Called with neither lock nor stopped world.
	{siteGCPaceScavengerEntry, onSystemStack(func(h *mheap, m *model.M, _ *mspan) { h.gcPaceScavenger(m) })},
	{siteFixallocAlloc, onSystemStack(func(h *mheap, m *model.M, _ *mspan) { h.spanalloc.alloc(m) })},
	{siteFixallocFree, onSystemStack(func(h *mheap, m *model.M, s *mspan) { h.spanalloc.free(m, s.id) })},

	// Called for what belongs to somebody else.
	{siteSetSpansOwn, onSystemStack(func(h *mheap, m *model.M, s *mspan) { h.setSpans(m, s.base(), 1, s) })},
	{siteAllocNeedsZeroOwn, onSystemStack(func(h *mheap, m *model.M, s *mspan) { h.allocNeedsZero(m, s.base(), 1) })},
	{siteTryAllocMSpanEntry, onSystemStack(func(h *mheap, m *model.M, _ *mspan) { h.locals[1].popMSpan(m, h) })},
	{siteFreeManualGCOff, onSystemStack(func(h *mheap, m *model.M, s *mspan) {
		h.setGCPhase(m, gcMark)
		h.freeManual(m, s, SpanAllocStack)
	})},

	// Called on the user stack.
	{siteAllocManualStack, func(h *mheap, m *model.M, _ *mspan) { h.allocManual(m, 1, SpanAllocStack) }},
	{siteAllocSpanStack, func(h *mheap, m *model.M, _ *mspan) { h.allocSpan(m, 1, SpanAllocHeap, 0) }},
	{siteTryAllocMSpanStack, func(h *mheap, m *model.M, _ *mspan) { h.tryAllocMSpan(m) }},
	{siteAllocMSpanLockedStack, lockThen(func(h *mheap, m *model.M, _ *mspan) { h.allocMSpanLocked(m) })},
	{siteFreeMSpanLockedStack, lockThen(func(h *mheap, m *model.M, s *mspan) { h.freeMSpanLocked(m, s) })},
	{siteFreeManualStack, func(h *mheap, m *model.M, s *mspan) { h.freeManual(m, s, SpanAllocStack) }},
	{siteScavengeAllStack, func(h *mheap, m *model.M, _ *mspan) { h.scavengeAll(m) }},
	{siteStackallocStack, func(h *mheap, m *model.M, _ *mspan) { h.stackalloc(m, 0, 0) }},
	{siteStackfreeStack, func(h *mheap, m *model.M, s *mspan) { h.stackfree(m, stack{s: s}) }},
	{siteStackcacherefillStack, func(h *mheap, m *model.M, _ *mspan) { h.cacheOf(m).stackcacheRefill(m, 0) }},
	{siteStackcachereleaseStack, func(h *mheap, m *model.M, _ *mspan) { h.cacheOf(m).stackcacheRelease(m, 0) }},
	{siteFreeStackSpansStack, func(h *mheap, m *model.M, _ *mspan) { h.freeStackSpans(m) }},
	{siteGCSweepStack, func(h *mheap, m *model.M, _ *mspan) {
		m.StopTheWorld("test")
		h.gcSweep(m)
	}},
	{siteGCResetMarkStateStack, func(h *mheap, m *model.M, _ *mspan) { h.gcResetMarkState(m) }},

	// Called without sched.lock, or while the world runs.
	{siteProcresizeSched, onSystemStack(func(h *mheap, m *model.M, _ *mspan) { h.procresize(m, 1) })},
	{siteProcresizeStw, schedLocked(func(h *mheap, m *model.M, _ *mspan) { h.procresize(m, 1) })},
	{siteDestroySched, onSystemStack(func(h *mheap, m *model.M, _ *mspan) { h.local(h.k.AllPs()[1]).destroy(m, h, h.k.AllPs()[1]) })},
	{siteDestroyStw, schedLocked(func(h *mheap, m *model.M, _ *mspan) { h.local(h.k.AllPs()[1]).destroy(m, h, h.k.AllPs()[1]) })},
	{siteGCSweepEntry, onSystemStack(func(h *mheap, m *model.M, _ *mspan) { h.gcSweep(m) })},
	{siteFinishsweepEntry, onSystemStack(func(h *mheap, m *model.M, _ *mspan) { h.finishsweep(m) })},
	{siteGCMarkStopped, onSystemStack(func(h *mheap, m *model.M, _ *mspan) { h.mark(m) })},
	{siteUpdatememstats, onSystemStack(func(h *mheap, m *model.M, _ *mspan) { h.updatememstats(m) })},
	{siteFlushmcache, onSystemStack(func(h *mheap, m *model.M, _ *mspan) { h.flushmcache(m, m.P()) })},
	{siteFlushallmcaches, onSystemStack(func(h *mheap, m *model.M, _ *mspan) { h.flushallmcaches(m) })},
	{siteUnsafeRead, onSystemStack(func(h *mheap, m *model.M, _ *mspan) { h.memstats.heapStats.unsafeRead(m) })},
	{siteUnsafeClear, onSystemStack(func(h *mheap, m *model.M, _ *mspan) { h.memstats.heapStats.unsafeClear(m) })},
}

// lockThen takes the heap lock on the system stack and calls f on the user
// stack.
func lockThen(f func(h *mheap, m *model.M, s *mspan)) func(h *mheap, m *model.M, s *mspan) {
	return func(h *mheap, m *model.M, s *mspan) {
		m.Systemstack(func() { m.Lock(h.lock) })
		f(h, m, s)
	}
}

// siteExploration is a heap on two Ps in which one M runs call.
func siteExploration(call func(h *mheap, m *model.M, s *mspan)) *exploration {
	var s *Span
	return &exploration{
		cfg:     Config{Machine: model.Config{Procs: 2, MinProcs: 1}, Trace: true},
		prepare: func(hp *Heap, m *model.M) { s = hp.Alloc(m, 1, 0, false) },
		start: func(hp *Heap) {
			hp.K.NewM("m", func(m *model.M) { call(hp.h, m, s) })
		},
	}
}

func TestEachMheapSiteFails(t *testing.T) {
	called := map[model.Site]bool{}
	for _, c := range siteCalls {
		called[c.site] = true
		_, v := siteExploration(c.call).run(t)
		if got, want := siteAndKind(v), "assertion "+string(c.site); got != want {
			t.Errorf("%s: got %v", c.site, v)
		}
	}
	for _, s := range mheapSites {
		if !called[s.Site] {
			t.Errorf("%s: nothing makes it fail", s.Site)
		}
	}
}
