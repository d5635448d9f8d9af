package properties

import (
	"lockheld/heap"
	"lockheld/model"
)

var top = &Scenario{
	Name: "top", Geometry: "small", Special: true,
	Doc: "The heap has the last arena of the address space, and uses its last page.",
	config: func(c *heap.Config) {
		noStops(1)(c)
		c.Hints = []int{5}
	},
	setup: func(s *stage) {
		s.m("allocator", func(m *model.M) { s.alloc(m, s.g.ArenaPages()) })
	},
}

var lowHighLow = &Scenario{
	Name: "low-high-low", Geometry: "small", Special: true,
	Doc: "The heap has the lowest arena, grows by two far above it, and then by one in between.",
	config: func(c *heap.Config) {
		noStops(1)(c)
		c.Hints = []int{0, 3, 1}
		c.Occupied = []int{2, 5}
	},
	setup: func(s *stage) {
		arena := s.g.ArenaPages()
		s.h.Prepare(func(m *model.M) { s.h.AllocManual(m, arena, heap.SpanAllocWorkBuf) })
		s.m("allocator", func(m *model.M) {
			s.allocManual(m, 2*arena, heap.SpanAllocWorkBuf)
			s.allocManual(m, arena, heap.SpanAllocWorkBuf)
		})
	},
}

var alignedStack = &Scenario{
	Name: "aligned-stack", Geometry: "small-phys2", Special: true,
	Doc:   "A large stack is aligned to the page of the operating system, in memory that was never used.",
	fails: "property P-BACKED",
	config: func(c *heap.Config) {
		noStops(1)(c)
		c.AlignedStacks = true
	},
	setup: func(s *stage) {
		s.h.Prepare(func(m *model.M) { s.h.AllocManual(m, uint64(s.g.CacheLimit)+1, heap.SpanAllocWorkBuf) })
		s.m("allocator", func(m *model.M) {
			s.freeManual(m, s.allocManual(m, uint64(s.g.CacheLimit), heap.SpanAllocStack), heap.SpanAllocStack)
		})
	},
}

var idleCache = &Scenario{
	Name: "idle-cache", Geometry: "small", Special: true,
	Doc:    "A collection runs while a P is idle, of which the page cache has pages.",
	strict: []string{nameIdleCache},
	config: func(c *heap.Config) { c.Machine.Procs, c.Machine.MinProcs = 2, 1 },
	setup: func(s *stage) {
		a := s.m("allocator", func(m *model.M) {
			s.alloc(m, 1)
			s.alloc(m, 1)
		})
		s.m("collector", func(m *model.M) {
			m.T().Join(a.T())
			s.h.GC(m)
			s.back(m, "GC")
			s.idleEmpty(m)
		})
	},
}
