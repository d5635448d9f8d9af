package properties

import (
	"slices"
	"testing"

	"lockheld/heap"
	"lockheld/model"

	"pgregory.net/rapid"
)

// naiveHeap is a heap of spans as a list of pages: a span takes the lowest run
// that fits, small ones out of one block at a time, and when there is none the
// heap grows by whole chunks.
type naiveHeap struct {
	*naivePages
	cache  naiveCache
	grown  uint64 // chunks
	left   uint64 // chunks of the arenas that are not grown into
	arenas uint64
	used   []bool // pages that were ever part of a span
}

func (n *naiveHeap) chunks(npages uint64) uint64 {
	return (npages + uint64(n.g.ChunkPages) - 1) / uint64(n.g.ChunkPages)
}

func (n *naiveHeap) newArenas(chunks uint64) uint64 {
	return (chunks + uint64(n.g.ArenaChunks) - 1) / uint64(n.g.ArenaChunks)
}

// allocSpan returns the first page of a new span.
func (n *naiveHeap) allocSpan(npages uint64) uint64 {
	if npages < uint64(n.g.CacheLimit) {
		if len(n.cache.pages) == 0 {
			n.refill()
		}
		if p, _, ok := n.cache.alloc(npages); ok {
			return p
		}
	}
	p, ok := n.find(npages)
	if !ok {
		ask := n.chunks(npages)
		if ask > n.left {
			// The heap asks for all of it, in whole arenas.
			n.arenas += n.newArenas(ask)
			n.left += n.newArenas(ask) * uint64(n.g.ArenaChunks)
		}
		n.left -= ask
		n.grow(n.grown, ask)
		n.grown += ask
		p, _ = n.find(npages)
	}
	n.take(p, npages)
	return p
}

func (n *naiveHeap) refill() {
	first, ok := n.find(1)
	if !ok {
		return
	}
	block := first &^ (uint64(n.g.WordBits) - 1)
	for p := block; p < block+uint64(n.g.WordBits); p++ {
		if !n.naivePages.alloc[p] {
			n.cache.pages = append(n.cache.pages, p)
		}
	}
	n.take(block, uint64(n.g.WordBits))
}

// use records that pages are part of a span and reports whether one was before.
func (n *naiveHeap) use(p, npages uint64) (before bool) {
	for i := p; i < p+npages; i++ {
		before = before || n.used[i]
		n.used[i] = true
	}
	return before
}

// naiveSpan is a live span of the reference.
type naiveSpan struct {
	sp      *heap.Span
	page, n uint64
	typ     heap.SpanAllocType
	object  bool // a large object, which only a sweep frees
	dropped bool
}

// spansMachine drives a heap in one thread, and the reference.
type spansMachine struct {
	s    *state
	m    *model.M
	n    *naiveHeap
	live []naiveSpan

	objects bool // heap spans are those of objects, so that there can be collections
}

func newSpansMachine(t *rapid.T, g *heap.Geometry) *spansMachine {
	hp, m := heap.NewDirect(heap.Config{Geometry: g, MaxSpans: 256})
	pages := int(g.MaxChunks * g.ChunkPages)
	return &spansMachine{
		s: newState(hp.K.World(), hp.K, hp, hp.ViewPages()), m: m,
		objects: rapid.Bool().Draw(t, "objects"),
		n:       &naiveHeap{naivePages: newNaivePages(g), used: make([]bool, pages)},
	}
}

// draw draws a size that the address space has room for: a failure would have
// to be predicted, too.
func (x *spansMachine) draw(t *rapid.T) uint64 {
	g := x.s.g
	n := rapid.Uint64Range(1, uint64(g.CacheLimit)+2).Draw(t, "pages")
	if rapid.IntRange(0, 3).Draw(t, "long") == 0 {
		n = rapid.Uint64Range(1, 3*uint64(g.ChunkPages)).Draw(t, "pages")
	}
	if ask := x.n.chunks(n); ask > x.n.left && x.n.arenas+x.n.newArenas(ask) > uint64(g.MaxChunks)/uint64(g.ArenaChunks) {
		t.Skip("no room")
	}
	return n
}

func (x *spansMachine) got(t *rapid.T, sp *heap.Span, v naiveSpan) {
	want := x.n.allocSpan(v.n)
	if sp == nil {
		t.Fatalf("no span of %d pages, want one at page %d", v.n, want)
	}
	if got := x.s.page(sp.Base()); got != want || sp.Pages() != v.n {
		t.Fatalf("a span of %d pages at page %d, want %d at page %d", sp.Pages(), got, v.n, want)
	}
	if x.n.use(want, v.n) && sp.Zeroed() {
		t.Fatalf("the span at page %d counts as zero and was used before", want)
	}
	v.sp, v.page = sp, want
	x.live = append(x.live, v)
}

// Alloc allocates a heap span without objects, which its owner frees. Sweepers
// do not know such spans, so there are no collections then.
func (x *spansMachine) Alloc(t *rapid.T) {
	if x.objects {
		t.Skip("objects only")
	}
	n := x.draw(t)
	x.got(t, x.s.h.Alloc(x.m, n, 0, true), naiveSpan{n: n})
}

// AllocManual allocates a span that is managed by hand.
func (x *spansMachine) AllocManual(t *rapid.T) {
	n := x.draw(t)
	typ := rapid.SampledFrom([]heap.SpanAllocType{heap.SpanAllocStack, heap.SpanAllocWorkBuf, heap.SpanAllocPtrScalarBits}).Draw(t, "type")
	x.got(t, x.s.h.AllocManual(x.m, n, typ), naiveSpan{n: n, typ: typ})
}

// AllocLarge allocates an object with a span of its own.
func (x *spansMachine) AllocLarge(t *rapid.T) {
	n := x.draw(t)
	x.got(t, x.s.h.AllocLarge(x.m, n), naiveSpan{n: n, object: true})
}

// pick draws a live span that ok admits.
func (x *spansMachine) pick(t *rapid.T, ok func(v naiveSpan) bool) int {
	var some []int
	for i, v := range x.live {
		if ok(v) {
			some = append(some, i)
		}
	}
	if len(some) == 0 {
		t.Skip("none")
	}
	return rapid.SampledFrom(some).Draw(t, "span")
}

// Free frees a span that is not an object.
func (x *spansMachine) Free(t *rapid.T) {
	i := x.pick(t, func(v naiveSpan) bool { return !v.object })
	v := x.live[i]
	if v.typ == heap.SpanAllocHeap {
		x.s.h.FreeSpan(x.m, v.sp)
	} else {
		x.s.h.FreeManual(x.m, v.sp, v.typ)
	}
	x.n.free(v.page, v.n)
	x.live = slices.Delete(x.live, i, i+1)
}

// Drop makes an object unreachable.
func (x *spansMachine) Drop(t *rapid.T) {
	i := x.pick(t, func(v naiveSpan) bool { return v.object && !v.dropped })
	x.s.h.Drop(x.live[i].sp, 0)
	x.live[i].dropped = true
}

// GC frees the objects that were dropped and no others.
func (x *spansMachine) GC(t *rapid.T) {
	if !x.objects {
		t.Skip("spans without objects")
	}
	x.m.Systemstack(func() { x.s.h.PrepareSweep(x.m) })
	for x.s.h.Sweepone(x.m) != heap.NothingSwept {
	}
	x.live = slices.DeleteFunc(x.live, func(v naiveSpan) bool {
		if v.dropped {
			x.n.free(v.page, v.n)
		}
		return v.dropped
	})
}

// Scavenge scavenges everything, which moves no page.
func (x *spansMachine) Scavenge(*rapid.T) { x.s.h.ScavengeAll(x.m) }

// ScavengeStep scavenges a page, if the heap retains more than the goal.
func (x *spansMachine) ScavengeStep(t *rapid.T) {
	x.s.h.SetScavengeGoal(rapid.Uint64Range(0, 64).Draw(t, "goal") * x.s.g.PageSize)
	x.s.h.ScavengeStep(x.m)
}

// Check runs all properties of the state, and compares the free pages.
func (x *spansMachine) Check(t *rapid.T) {
	x.s.pm.fill(x.s)
	for i := range entries {
		e := &entries[i]
		if e.Strict || e.When != Unlocked && e.When != Stopped {
			continue
		}
		if what := e.check(x.s); what != "" {
			t.Fatalf("%s: %s", e.Name, what)
		}
		if e.end != nil {
			if what := e.end(x.s); what != "" {
				t.Fatalf("%s: %s", e.Name, what)
			}
		}
	}
	for p := range x.n.naivePages.alloc {
		i := p >> x.s.pm.shift
		free := x.s.pm.free[i]>>(uint(p)&(1<<x.s.pm.shift-1))&1 != 0
		if free == x.n.naivePages.alloc[p] {
			t.Fatalf("page %d is free: %t, want %t", p, free, !free)
		}
	}
}

// The heap puts spans where the list of pages says, and has all properties
// after any operations.
func TestPropertySpans(t *testing.T) {
	for _, name := range []string{"small", "small-w16", "small-phys2", "small-shards16"} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				t.Repeat(rapid.StateMachineActions(newSpansMachine(t, heap.GeometryByName(name))))
			})
		})
	}
}
