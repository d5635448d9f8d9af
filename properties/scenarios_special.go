package properties

import (
	"lockheld/heap"
	"lockheld/model"
)

// The scenarios of the special files are each made for a variant that the
// others do not show, or not so well. They are as small as that allows.

// specials lists them.
var specials = append([]*Scenario{
	hole,
	growScavenge,
	twoRuns,
	scavengeRounds,
	loseP,
	procresizeOwn,
	procresizeStacks,
	stackMark,
	reclaimAlloc,
	reclaimTraced,
	gcThenPercent,

	stackPool,
	twoCollections,
	mcacheAgain,
	backgroundSweep,
	twoSweepers,
}, bugScenarios...)

var hole = &Scenario{
	Name: "hole", Geometry: "small", Special: true,
	Doc: "An M allocates more pages than are free where the summary begins that has the first free page, and that begins with a hole.",
	config: func(c *heap.Config) {
		noStops(1)(c)
		c.Hints = []int{0, 3}
		c.Occupied = []int{1, 2}
	},
	setup: func(s *stage) {
		n, arena := uint64(s.g.CacheLimit), s.g.ArenaPages()
		s.h.Prepare(func(m *model.M) {
			first := s.h.AllocManual(m, n, heap.SpanAllocWorkBuf)
			s.h.AllocManual(m, arena-n, heap.SpanAllocWorkBuf)
			// Two pages of the arena behind the hole stay free, and all of the
			// one after it.
			s.h.AllocManual(m, arena-2, heap.SpanAllocWorkBuf)
			last := s.h.AllocManual(m, arena, heap.SpanAllocWorkBuf)
			s.h.FreeManual(m, last, heap.SpanAllocWorkBuf)
			// The search address goes back to the arena before the hole.
			s.h.FreeManual(m, first, heap.SpanAllocWorkBuf)
			s.h.AllocManual(m, n, heap.SpanAllocWorkBuf)
		})
		s.m("allocator", func(m *model.M) { s.alloc(m, n) })
	},
}

var growScavenge = &Scenario{
	Name: "grow-scavenge", Geometry: "small-window", Special: true,
	Doc:    "Two Ms need a chunk each, and the heap retains so much that growing it scavenges.",
	config: noStops(2),
	setup: func(s *stage) {
		s.h.Prepare(func(m *model.M) {
			s.prepareScavenge(m, 2)
			s.h.EmptySpanCache(m) // all Ps are in one state
		})
		s.alike([]string{"grower 1", "grower 2"}, func(m *model.M) {
			s.allocManual(m, uint64(s.g.ChunkPages), heap.SpanAllocWorkBuf)
		})
	},
}

var twoRuns = &Scenario{
	Name: "two-runs", Geometry: "small-window", Special: true,
	Doc:    "A scavenger searches without the lock while another M takes the upper of two free runs in a chunk.",
	config: noStops(2),
	setup: func(s *stage) {
		s.h.Prepare(func(m *model.M) { s.prepareTwoRuns(m) })
		s.m("scavenger", func(m *model.M) { s.scavengeStep(m) })
		s.m("allocator", func(m *model.M) { s.alloc(m, uint64(s.g.CacheLimit)+1) })
	},
}

// prepareTwoRuns makes a heap of two chunks, the lower of which has two runs of
// free pages, the upper one larger, and starts a generation that begins at the
// upper chunk, which is full.
func (s *stage) prepareTwoRuns(m *model.M) {
	chunk, n := uint64(s.g.ChunkPages), uint64(s.g.CacheLimit)
	const typ = heap.SpanAllocWorkBuf
	low := s.h.AllocManual(m, n, typ)
	s.h.AllocManual(m, n, typ)
	high := s.h.AllocManual(m, n+1, typ)
	s.h.AllocManual(m, chunk-3*n-1, typ)
	top := s.h.AllocManual(m, chunk, typ)
	s.h.FreeManual(m, top, typ)
	s.h.StartScavengeGen(m)
	s.h.AllocManual(m, chunk, typ)
	s.h.FreeManual(m, low, typ)
	s.h.FreeManual(m, high, typ)
	s.h.SetScavengeGoal(0)
}

var scavengeRounds = &Scenario{
	Name: "scavenge-rounds", Geometry: "small-window", Special: true,
	Doc:    "The scavenger does rounds until there is nothing left, and nobody else uses the heap.",
	config: noStops(1),
	setup: func(s *stage) {
		s.h.Prepare(func(m *model.M) { s.prepareScavenge(m, 2) })
		s.m("scavenger", func(m *model.M) {
			for s.scavengeStep(m) != 0 {
			}
			s.allScavenged(m, 0)
		})
	},
}
