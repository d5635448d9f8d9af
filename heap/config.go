package heap

import (
	"fmt"

	"lockheld/model"
)

// StatsGrowth is a data choice of the heap: with [model.StackGrowth], the stack
// may also grow between the two ends of an update of the consistent statistics,
// which throws in Go 1.16 (issue 49395).
const StatsGrowth = model.FirstHeapChoice

// TraceFlush is a data choice of the heap: with Config.Trace, the buffer of
// events may be full when the goal of the collector is traced, which takes
// trace.lock, in Go 1.16 under the heap lock (issue 53979).
const TraceFlush = model.FirstHeapChoice << 1

// Config describes a heap and the machine below it. The zero Config is Go
// 1.16 with the small geometry on one P, with nothing open.
type Config struct {
	// Geometry is the sizes; nil: [SmallGeometry].
	Geometry *Geometry
	// Variant is whose code runs; nil: Go 1.16.
	Variant *Variant
	// Machine configures the machine. The choices that a heap knows are
	// [model.OSRefuses], [model.ArenaNotAdjacent], [model.StackGrowth],
	// [StatsGrowth] and [TraceFlush].
	Machine model.Config

	// AlignedStacks: stack spans are aligned to the page of the operating
	// system, as on OpenBSD.
	AlignedStacks bool
	// Trace: execution tracing is on.
	Trace bool
	// Timers: the scavenger sleeps with a timer, which does not fire.
	Timers bool
	// StatsReader: somebody calls StatsRead.
	StatsReader bool
	// RuntimeSites switches our own assertion points around the page
	// allocator off, and the guard of the fixed-size allocators, so that only
	// the points of Go 1.16 speak there.
	RuntimeSites bool

	// Hints lists the arenas at which the heap would like to grow, by index,
	// the first one first; nil: {0}.
	Hints []int
	// Occupied lists the arenas that belong to somebody else.
	Occupied []int
	// MaxArenas is the number of arenas from the first one on that the
	// operating system has; 0: as many as the geometry, at most 64.
	MaxArenas int

	// SmallClasses is the number of span classes for small objects; 0: 1,
	// negative: none.
	SmallClasses int
	// MaxSpans is the number of span objects that there is memory for; 0: 24,
	// more in large geometries. A scenario that needs more panics.
	MaxSpans int
	// MaxMs is the number of Ms that there can be; 0: 12.
	MaxMs int
}

// defaults fills in what c leaves open and panics if it makes no sense.
func (c *Config) defaults() {
	if c.Geometry == nil {
		c.Geometry = SmallGeometry()
	}
	if c.Variant == nil {
		c.Variant = release()
	}
	if len(c.Hints) == 0 {
		c.Hints = []int{0}
	}
	if c.MaxArenas == 0 {
		c.MaxArenas = 64
	}
	switch {
	case c.SmallClasses == 0:
		c.SmallClasses = 1
	case c.SmallClasses < 0:
		c.SmallClasses = 0
	case c.SmallClasses >= maxSpanClasses:
		panic(fmt.Sprintf("heap: Config.SmallClasses is %d, at most %d", c.SmallClasses, maxSpanClasses-1))
	}
	if c.MaxSpans == 0 {
		c.MaxSpans = 24
		if c.Geometry.TotalChunks() > denseChunks {
			c.MaxSpans = 4096
		}
	}
	if c.MaxMs == 0 {
		c.MaxMs = 12
	}
	if err := c.Geometry.Validate(); err != nil {
		panic("heap: " + err.Error())
	}
}
