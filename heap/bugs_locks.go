package heap

import "lockheld/model"

// This file has what variants with a bug about locks and stacks do instead of Go
// 1.16 where it takes more than a condition, and what such a bug needs around
// it.

// enableHugePages takes the heap lock when the goal of the collector has become
// large, without switching to the system stack.
//
// Runtime: (*pageAlloc).enableChunkHugePages, Go 1.21.
func (h *mheap) enableHugePages(m *model.M) {
	m.Lock(h.lock)
	m.Prologue("enableChunkHugePages")
	h.pages.own(m)
	m.Unlock(h.lock)
}

// writeBarrier is a pointer write with a write barrier whose buffer is full: it
// is flushed into a work buffer, which is allocated.
//
// Runtime: wbBufFlush, mwbbuf.go, and getempty, mgcwork.go, Go 1.16.
func (h *mheap) writeBarrier(m *model.M) {
	if h.gcphase(m) == gcOff {
		return
	}
	m.Systemstack(func() {
		m.LockWithRankMayAcquire(h.wbufSpans)
		m.LockWithRankMayAcquire(h.lock)
		h.allocManual(m, 1, SpanAllocWorkBuf)
	})
}

// freeDeadM frees the stack of an M that has exited, if there is one.
//
// Model: waking somebody stands for starting an M for it, which frees the
// stacks of those that have exited.
//
// Runtime: allocm, proc.go, Go 1.16.
func (h *mheap) freeDeadM(m *model.M) {
	x := h.stacks.dead
	if x.s == nil {
		return
	}
	h.stacks.dead = stack{}
	if h.v.wakeFreesStack {
		h.stackfree(m, x)
		return
	}
	m.Systemstack(func() { h.stackfree(m, x) })
}

// PrepareDeadM leaves the stack of an M that has exited, for Prepare: who wakes
// the scavenger frees it.
func (hp *Heap) PrepareDeadM(m *model.M) { hp.h.stacks.dead = hp.h.stackalloc(m, 1, 0) }

// traceNextGC stands for the event that execution tracing records when the goal
// of the collector changes. If the buffer is full it is handed to the reader of
// the trace.
//
// Runtime: traceNextGC and traceFlush, trace.go, Go 1.16.
func (h *mheap) traceNextGC(m *model.M) {
	if m.Choose(TraceFlush, "buffer of events is full", 2) == 1 {
		m.Lock(h.traceLock)
		m.Unlock(h.traceLock)
	}
}

// FlushTrace hands the buffer of events of m to the reader of the trace. With
// the lock of the trace, the stack may have to grow.
//
// Runtime: traceFlush, trace.go, Go 1.16. User stack.
func (hp *Heap) FlushTrace(m *model.M) {
	m.Lock(hp.h.traceLock)
	m.Prologue("traceFlush")
	m.Unlock(hp.h.traceLock)
}

// AllocMSpan takes a span object from its allocator, for FreeMSpan.
//
// Runtime: AllocMSpan, export_test.go, Go 1.16.
func (hp *Heap) AllocMSpan(m *model.M) (s *Span) {
	h := hp.h
	if h.v.helperUnlocked {
		h.ghost.held++
		return h.newSpan(m)
	}
	m.Systemstack(func() {
		m.Lock(h.lock)
		s = h.newSpan(m)
		h.ghost.held++
		m.Unlock(h.lock)
	})
	return s
}

// FreeMSpan gives an object back.
//
// Runtime: FreeMSpan, export_test.go, Go 1.16.
func (hp *Heap) FreeMSpan(m *model.M, s *Span) {
	h := hp.h
	m.Systemstack(func() {
		m.Lock(h.lock)
		h.spanalloc.free(m, s.id)
		h.ghost.held--
		m.Unlock(h.lock)
	})
}

// TestPacer computes the pacing for a test of it.
//
// Runtime: the tests of the pacing that came after Go 1.16.
func (hp *Heap) TestPacer(m *model.M) {
	h := hp.h
	if h.v.pacerTestUnlocked {
		h.gcSetTriggerRatio(m, h.pacing.triggerRatio)
		return
	}
	m.Systemstack(func() {
		m.Lock(h.lock)
		h.gcSetTriggerRatio(m, h.pacing.triggerRatio)
		m.Unlock(h.lock)
	})
}
