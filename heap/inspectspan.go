package heap

import "lockheld/sched"

// States of a span as properties see them.
const (
	SpanDead   = mSpanDead
	SpanInUse  = mSpanInUse
	SpanManual = mSpanManual
)

// Spans returns the number of span objects that there is memory for.
func (hp *Heap) Spans() int { return len(hp.h.spans) }

// Span returns span object i, carved or not.
func (hp *Heap) Span(i int) *Span { return &hp.h.spans[i] }

// Carved returns the number of span objects that were ever carved: those with
// the lowest numbers.
func (hp *Heap) Carved() int { return hp.h.spanalloc.live.carved }

// Allspans returns the number of objects in allspans.
func (hp *Heap) Allspans() int { return len(hp.h.allspans) }

// AllspansAt returns the number of the object at place i of allspans.
func (hp *Heap) AllspansAt(i int) int { return hp.h.allspans[i].id }

// FreeSpans calls f for each object on the free list of the allocator of
// objects, and stops when f returns false or after as many as there are.
func (hp *Heap) FreeSpans(f func(id int) bool) {
	fa := &hp.h.spanalloc
	n := 0
	for i := fa.live.list; i != 0 && n < len(fa.link) && f(int(i-1)); i = fa.link[i-1] {
		n++
	}
}

// UnusedLocked reports whether memory was ever given back to the operating
// system under the heap lock.
func (hp *Heap) UnusedLocked() bool { return hp.h.ghost.unusedLocked }

// EmptyRounds returns how many rounds of the background scavenger have found
// nothing since it was parked.
func (hp *Heap) EmptyRounds() int { return hp.h.ghost.emptyRounds }

// HeldSpans returns the number of objects that tests have taken.
func (hp *Heap) HeldSpans() int { return hp.h.ghost.held }

// SpansInUse returns how many objects the allocator of objects has handed out.
func (hp *Heap) SpansInUse() int { return hp.h.spanalloc.live.inuse }

// CachedSpans returns the number of objects in the cache of P number id.
func (hp *Heap) CachedSpans(id int) int { return hp.h.locals[id].mspancache.len }

// CachedSpan returns the number of object i in that cache.
func (hp *Heap) CachedSpan(id, i int) int { return hp.h.locals[id].mspancache.buf[i].id }

// HasMCache reports whether P number id has an mcache.
func (hp *Heap) HasMCache(id int) bool { return hp.h.locals[id].mcache != nil }

// InCaches calls f for each span that an mcache holds.
func (hp *Heap) InCaches(f func(s *Span)) {
	for i := range hp.h.locals {
		if c := hp.h.locals[i].mcache; c != nil {
			for _, s := range c.alloc {
				if s != nil {
					f(s)
				}
			}
		}
	}
}

// ID returns the number of the object.
func (s *mspan) ID() int { return s.id }

// Base returns the address of the first page.
func (s *mspan) Base() uint64 { return s.startAddr }

// Pages returns the number of pages.
func (s *mspan) Pages() uint64 { return s.npages }

// State returns the state, one of the Span constants. It is no step.
func (s *mspan) State() uint64 { return s.state.Peek() }

// Sweepgen returns the sweep generation. It is no step.
func (s *mspan) Sweepgen() uint32 { return uint32(s.sweepgen.Peek()) }

// Live reports whether allocSpan has finished and freeSpanLocked not begun.
func (s *mspan) Live() bool { return s.ghost.live }

// Type returns what the span was allocated for.
func (s *mspan) Type() SpanAllocType { return s.ghost.typ }

// UsedBefore reports whether one of the pages was part of a span before.
func (s *mspan) UsedBefore() bool { return s.ghost.usedBefore }

// Zeroed reports whether the allocator said that the pages were never used.
func (s *mspan) Zeroed() bool { return s.ghost.zeroed }

// Limit returns the end of the objects.
func (s *mspan) Limit() uint64 { return s.limit }

// ObjectsEnd returns what Limit has to be.
func (s *mspan) ObjectsEnd() uint64 { return s.startAddr + s.elemsize*uint64(s.nelems) }

// Allocated returns the number of objects that are allocated.
func (s *mspan) Allocated() uint { return s.allocCount }

// Reachable returns a bit for each object that the program can reach.
func (s *mspan) Reachable() uint64 { return s.ghost.reachable }

// Marked reports whether an object of the span is marked.
func (s *mspan) Marked() bool { return s.gcmarkBits != 0 }

// StateID returns the word of the state as an object.
func (s *mspan) StateID() sched.ObjID { return s.state.ID() }

// SweepgenID returns the word of the sweep generation as an object.
func (s *mspan) SweepgenID() sched.ObjID { return s.sweepgen.ID() }
