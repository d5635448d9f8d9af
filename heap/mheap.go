package heap

import (
	"lockheld/model"
	"lockheld/sched"
)

// mheap is the page heap: spans of pages, the page allocator below them, and
// what the sweeper, the scavenger and the collector's pacing keep with it.
//
// Runtime: mheap, mheap.go, Go 1.16, with the globals memstats, sweep,
// scavenge, stackpool and stackLarge.
type mheap struct {
	k   *model.Machine
	w   *sched.World
	g   *Geometry
	v   *Variant
	cfg Config

	// lock is taken on system stacks only.
	lock  *model.Mutex
	pages pageAlloc

	heapState               // what the lock or a stopped world protects
	own       heapCells     // who touches it
	words     []*sched.Word // all atomic words, for taking over a prepared heap

	// Atomic.
	sweepdone       *sched.Word // all spans are swept or being swept
	sweepers        *sched.Word // active calls of sweepone
	pagesInUse      *sched.Word // pages of heap spans
	pagesSwept      *sched.Word // in this cycle
	pagesSweptBasis *sched.Word // pagesSwept when the pacing was computed
	reclaimIndex    *sched.Word // page that the reclaimer looks at next
	reclaimCredit   *sched.Word // pages that were freed in advance

	arenas     []*heapArena // by arena index, nil if not built yet
	spans      []mspan      // the memory that spanalloc carves
	mcaches    []mcache     // the memory that cachealloc carves
	spanalloc  fixalloc
	cachealloc fixalloc
	central    []mcentral // by span class
	locals     []p        // by P

	memstats  memstats
	sweepPace sweepPacing // racy
	racySweep *sched.Area
	racyMarks *sched.Area // pageMarks, as one word
	sweeper   sweepState
	scavenger scavengeState
	stacks    stackState

	gcBitsArenas *model.Mutex // rank only
	wbufSpans    *model.Mutex // rank only
	traceBuf     *model.Mutex
	traceLock    *model.Mutex // trace.lock
	timer        timer        // of the scavenger

	ghost ghost
}

// heapState is the plain memory of the heap that changes.
type heapState struct {
	sweepgen     uint32
	allspans     []*mspan // every span object ever carved
	allArenas    []int    // append-only
	sweepArenas  []int    // allArenas when the sweep phase began
	arenaMap     []arenaState
	arenaHints   []arenaHint // the last one is tried first
	curArena     addrRange   // reserved, not yet in the page allocator
	scavengeGoal uint64      // bytes that may be retained
	gcPhase      gcPhase
	pacing       gcPacing
	dying        *p // the P whose cache gets span objects in a variant, else nil
}

// heapCells watch the groups of heapState.
type heapCells struct {
	arenas       *sched.Cell // allArenas, arenaMap, arenaHints, curArena
	allspans     *sched.Cell
	sweepArenas  *sched.Cell
	sweepgen     *sched.Cell
	scavengeGoal *sched.Cell
	gcPhase      *sched.Cell
	pacing       *sched.Cell
}

// A p is what a P has for the heap. It belongs to the M that owns the P,
// or to the M that has stopped the world.
//
// Runtime: fields of p, runtime2.go, Go 1.16.
type p struct {
	pcache     pageCache
	mspancache struct {
		buf []*mspan
		len int
	}
	mcache *mcache

	statsSeqAlone uint64      // statsSeq where there is no reader
	statsSeq      *sched.Word // odd while the P updates statistics. Atomic.
	own           *sched.Cell
}

// local returns what pp has for the heap.
func (h *mheap) local(pp *model.P) *p { return &h.locals[pp.ID] }

// allp returns the Ps in use.
func (h *mheap) allp() []*model.P { return h.k.Ps() }

// newHeap makes the heap of a machine.
//
// Runtime: mallocinit, (*mheap).init, stackinit, gcinit, Go 1.16.
func newHeap(w *sched.World, k *model.Machine, cfg Config) *mheap {
	h := &mheap{k: k, w: w, g: cfg.Geometry, v: cfg.Variant, cfg: cfg}
	h.lock = model.NewMutex(k, "heap", model.RankMheap)
	h.gcBitsArenas = model.NewMutex(k, "gcBitsArenas.lock", model.RankGcBitsArenas)
	if h.v.barrierLocked {
		h.wbufSpans = model.NewMutex(k, "work.wbufSpans.lock", model.RankWbufSpans)
	}
	if cfg.Trace {
		h.traceBuf = model.NewMutex(k, "trace.bufLock", model.RankTraceBuf)
		h.traceLock = model.NewMutex(k, "trace.lock", model.RankTrace)
	}
	h.initCells()
	h.initWords()
	h.initSpans()
	h.initArenas()
	h.pages.init(w, k, h.g, h.v, h.lock, h)
	h.memstats.init(h)
	h.scavenger.init(h)
	if cfg.Timers {
		h.timer.init(h)
	}
	h.sweeper.init(h)
	h.stacks.init(h, cfg.MaxMs)
	h.initLocals()
	h.initGhost()
	h.initPacing()
	h.sweepgen = firstSweepgen
	h.saveState()
	return h
}

// setVariant sets whose code runs.
func (h *mheap) setVariant(v *Variant) { h.v, h.pages.v = v, v }

// adapt makes of a heap that the code of Go 1.16 has prepared one that v could
// have prepared.
func (h *mheap) adapt(v *Variant) {
	if v.activeSweep {
		h.sweepers.Poke(h.sweepdone.Peek() * sweepDrained)
	}
	for i := range h.spans {
		if s := &h.spans[i]; v.initSetsLimit && s.state.Peek() == mSpanInUse {
			s.limit = s.ObjectsEnd()
		}
	}
}

func (h *mheap) initCells() {
	locked := sched.GuardedBy(h.lock.Sched())
	h.own = heapCells{
		arenas:       h.cell("arenas", locked),
		allspans:     h.cell("allspans", h.lockOrStopped),
		sweepArenas:  h.cell("sweepArenas", nil),
		sweepgen:     h.cell("sweepgen", nil),
		scavengeGoal: h.cell("scavengeGoal", h.lockOrStopped),
		gcPhase:      h.cell("gcphase", nil),
		pacing:       h.cell("pacing", h.lockOrStopped),
	}
}

func (h *mheap) initWords() {
	h.sweepdone = h.word("sweepdone", 1) // no sweep in the first cycle
	h.sweepers = h.word("sweepers", 0)
	h.pagesInUse = h.word("pagesInUse", 0)
	h.pagesSwept = h.word("pagesSwept", 0)
	h.pagesSweptBasis = h.word("pagesSweptBasis", 0)
	h.reclaimIndex = h.word("reclaimIndex", reclaimDone)
	h.reclaimCredit = h.word("reclaimCredit", 0)
	h.racySweep = sched.NewArea(h.w, "sweep pacing", numRacySweepWords)
	h.racyMarks = sched.NewArea(h.w, "page marks", 1)
}

func (h *mheap) initSpans() {
	h.spans = make([]mspan, h.cfg.MaxSpans)
	for i := range h.spans {
		s := &h.spans[i]
		s.id = i
		s.state = h.word("span.state", mSpanDead)
		s.sweepgen = h.word("span.sweepgen", 0)
		s.own = h.cell("span", nil)
	}
	h.allspans = make([]*mspan, 0, len(h.spans))
	h.spanalloc.init(h, "spanalloc", int(h.g.FixallocBatch), len(h.spans), h.recordspan)
	h.mcaches = make([]mcache, len(h.k.AllPs())+1)
	for i := range h.mcaches {
		h.mcaches[i] = mcache{h: h, id: i, flushed: h.word("mcache.flushGen", firstSweepgen)}
	}
	h.cachealloc.init(h, "cachealloc", len(h.mcaches), len(h.mcaches), nil)
	h.central = make([]mcentral, h.cfg.SmallClasses+1)
	for spc := range h.central {
		h.central[spc].init(h, SpanClass(spc))
	}
}

func (h *mheap) initArenas() {
	n := min(h.cfg.MaxArenas, int(h.g.MaxChunks/h.g.ArenaChunks))
	h.arenas = make([]*heapArena, n)
	h.arenaMap = make([]arenaState, n)
	h.allArenas = make([]int, 0, n)
	h.arenaHints = make([]arenaHint, 0, 2*n+2)
	for i := len(h.cfg.Hints) - 1; i >= 0; i-- {
		h.pushHint(arenaHint{addr: h.arenaBase(h.cfg.Hints[i])})
	}
	if h.explored() {
		for i := range h.arenas {
			h.arenas[i] = h.newArena()
		}
	}
}

func (h *mheap) initLocals() {
	h.locals = make([]p, len(h.k.AllPs()))
	for i := range h.locals {
		pp := h.k.AllPs()[i]
		l := &h.locals[i]
		l.mspancache.buf = make([]*mspan, h.g.MSpanCache)
		l.statsSeq = h.word("statsSeq", 0)
		l.own = h.cell(pp.Name()+".caches", h.ownerOf(pp))
	}
}

// explored reports whether the geometry is small enough for exploring: all
// memory is there from the start and watched by cells.
func (h *mheap) explored() bool { return h.g.TotalChunks() <= denseChunks }

// word makes an atomic word of the heap.
func (h *mheap) word(name string, init uint64) *sched.Word {
	w := sched.NewWord(h.w, name, init)
	h.words = append(h.words, w)
	return w
}

// cell makes a cell of the heap.
func (h *mheap) cell(name string, g sched.Guard) *sched.Cell {
	c := new(sched.Cell)
	c.Init(h.w, name, g)
	return c
}

// lockOrStopped is the guard of what is accessed under the heap lock or in a
// stopped world.
func (h *mheap) lockOrStopped(t *sched.Task, _ bool) string {
	if h.lock.Sched().HeldBy(t) || h.stoppedBy(t) {
		return ""
	}
	return h.lock.Name() + " is not held and the world is not stopped"
}

// stoppedBy reports whether t stopped the world.
func (h *mheap) stoppedBy(t *sched.Task) bool {
	st := h.k.Stopper()
	return h.k.WorldIsStopped() > 0 && st != nil && st.T() == t
}

// ownerOf is the guard of what belongs to pp: its M may access it, the M that
// has stopped the world, and, while pp is idle, the holder of sched.lock.
func (h *mheap) ownerOf(pp *model.P) sched.Guard {
	return func(t *sched.Task, _ bool) string {
		switch m := pp.M(); {
		case m != nil && m.T() == t, h.stoppedBy(t):
			return ""
		case m == nil && h.k.SchedLock().Sched().HeldBy(t):
			return ""
		case m == nil:
			return pp.Name() + " belongs to nobody"
		default:
			return pp.Name() + " belongs to " + m.Name()
		}
	}
}

// readSweepgen returns the sweep generation. It changes in a stopped world, so
// it is stable for an M that is not preemptible.
func (h *mheap) readSweepgen(m *model.M) uint32 {
	h.own.sweepgen.Read(m.T())
	return h.sweepgen
}

// hasArena reports whether the arena of addr has metadata.
func (h *mheap) hasArena(m *model.M, addr uint64) bool {
	h.own.arenas.Read(m.T())
	return h.arenaMapped(addr)
}
