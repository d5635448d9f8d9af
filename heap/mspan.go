package heap

import (
	"lockheld/model"
	"lockheld/sched"
)

// States of a span.
//
// Runtime: mSpanState, mheap.go, Go 1.16.
const (
	mSpanDead   = iota
	mSpanInUse  // allocated for the garbage-collected heap
	mSpanManual // allocated for manual management: stacks, work buffers
)

// SpanAllocType says what a span is allocated for.
//
// Runtime: spanAllocType, mheap.go, Go 1.16.
type SpanAllocType uint8

// Types of span allocations.
const (
	SpanAllocHeap          SpanAllocType = iota // heap span
	SpanAllocStack                              // stack span
	SpanAllocPtrScalarBits                      // unrolled bitmap of a type
	SpanAllocWorkBuf                            // work buffer of the collector
	numSpanAllocTypes
)

// manual reports whether spans of type t are managed by hand.
func (t SpanAllocType) manual() bool { return t != SpanAllocHeap }

// SpanClass is the kind of objects that a heap span holds: 0 one large
// object, n > 0 small objects, of which a page holds 2^(n+1).
//
// Model: the runtime has 68 size classes, each with and without pointers. Only
// "one object" against "several" makes a difference to the page heap.
type SpanClass uint8

// maxSpanClasses bounds the span classes: a span of one page holds at most 64
// objects, the bits of a word.
const maxSpanClasses = 5

// elemsize returns the size in bytes of an object of small class c.
func (c SpanClass) elemsize(pageSize uint64) uint64 { return pageSize >> (c + 1) }

// An mspan describes a run of pages. The objects are never zeroed when they
// are recycled: sweepgen must survive, so that a late sweeper with a stale
// pointer does not take a dead span for one that needs sweeping.
//
// Runtime: mspan, mheap.go, Go 1.16.
type mspan struct {
	next *mspan // in an mSpanList; the link of the free list of fixalloc
	prev *mspan
	list *mSpanList

	startAddr uint64
	npages    uint64

	// manualFree has a bit for each free stack of a stack span.
	manualFree uint64

	freeindex  uint
	nelems     uint
	allocBits  uint64 // objects that survived the last sweep
	gcmarkBits uint64 // objects marked in this cycle
	allocCount uint
	spanclass  SpanClass
	needzero   bool
	elemsize   uint64
	limit      uint64

	// state and sweepgen are read without the lock.
	state    *sched.Word
	sweepgen *sched.Word

	// own finds accesses to the fields above by an M that does not own the
	// span.
	own *sched.Cell

	id    int // place in the pool of objects
	ghost spanGhost
}

// spanGhost is what properties need to know of a span and the runtime does not
// record.
type spanGhost struct {
	// live: allocSpan has published the span and freeSpanLocked has not yet
	// been entered for it.
	live bool
	// typ is what the span was allocated for.
	typ SpanAllocType
	// usedBefore: when it was allocated, one of the pages had been part of a
	// span before.
	usedBefore bool
	// zeroed: allocNeedsZero said that the pages need no zeroing.
	zeroed bool
	// reachable has a bit for each object that the program can still reach:
	// the next mark phase marks these.
	reachable uint64
}

// base returns the address of the first page.
func (s *mspan) base() uint64 { return s.startAddr }

// init prepares s for a new life at [base, base+npages pages).
//
// Model: the store of mSpanDead is no step, the state of a span object that is
// not live is mSpanDead already. speciallock and specials are left out.
//
// Runtime: (*mspan).init, Go 1.16.
func (s *mspan) init(m *model.M, base, npages uint64) {
	s.own.Write(m.T())
	s.next, s.prev, s.list = nil, nil, nil
	s.startAddr = base
	s.npages = npages
	s.allocCount = 0
	s.spanclass = 0
	s.elemsize = 0
	s.needzero = false
	s.freeindex = 0
	s.allocBits = 0
	s.gcmarkBits = 0
	s.ghost = spanGhost{}
}

// An mSpanList is a doubly linked list of spans, guarded by the lock of its
// owner.
//
// Runtime: mSpanList, mheap.go, Go 1.16.
type mSpanList struct {
	first *mspan
	last  *mspan
}

// isEmpty reports whether the list has no span.
func (l *mSpanList) isEmpty() bool { return l.first == nil }

// insert puts s, which is in no list, at the front.
//
// Runtime: (*mSpanList).insert, Go 1.16.
func (l *mSpanList) insert(m *model.M, s *mspan) {
	if s.next != nil || s.prev != nil || s.list != nil {
		m.Throw("mSpanList.insert")
	}
	s.next = l.first
	if l.first != nil {
		l.first.prev = s
	} else {
		l.last = s
	}
	l.first = s
	s.list = l
}

// remove takes s out.
//
// Runtime: (*mSpanList).remove, Go 1.16.
func (l *mSpanList) remove(m *model.M, s *mspan) {
	if s.list != l {
		m.Throw("mSpanList.remove")
	}
	if l.first == s {
		l.first = s.next
	} else {
		s.prev.next = s.next
	}
	if l.last == s {
		l.last = s.prev
	} else {
		s.next.prev = s.prev
	}
	s.next, s.prev, s.list = nil, nil, nil
}
