package heap

import (
	"lockheld/model"
	"lockheld/sched"
)

// A Heap is a machine with the page heap of Go 1.16 on it, for scenarios: the
// functions that a program reaches, and what tests of the runtime reach.
// Functions with an M are code that the M runs; unless they say otherwise they
// run on its user stack and switch to the system stack as the runtime does.
type Heap struct {
	// K is the machine. Its Ms are declared with [model.Machine.NewM].
	K *model.Machine
	h *mheap
}

// A Span is a run of pages that the heap has allocated.
type Span = mspan

// New makes a machine and a heap in w, for Setup. The heap is empty: it has no
// arena yet. It panics if cfg makes no sense.
func New(w *sched.World, cfg Config) *Heap {
	cfg.defaults()
	cfg.Machine.Mutants |= cfg.Variant.machine
	cfg.Machine.Break = cfg.Variant.breaks
	k := model.New(w, cfg.Machine)
	h := newHeap(w, k, cfg)
	k.Hooks = model.Hooks{
		Procresize:      h.procresize,
		StackGrow:       h.growStack,
		PrepareForSweep: h.prepareForSweep,
		WakeScavenger:   h.sysmonWakeScavenger,
	}
	hp := &Heap{K: k, h: h}
	hp.Prepare(func(m *model.M) {
		for _, pp := range k.Ps() {
			h.local(pp).mcache = h.allocmcache(m)
		}
	})
	return hp
}

// NewDirect makes a heap outside any exploration and an M with a P on it,
// whose operations run at once.
func NewDirect(cfg Config) (*Heap, *model.M) {
	hp := New(sched.NewDirectWorld(), cfg)
	return hp, hp.K.DirectM("direct")
}

// Prepare runs f during Setup, before Ms that need a P are declared, on an M
// whose operations run at once: what it does is done before each execution
// begins, and costs no steps. The M is on its system stack. It runs the code of
// Go 1.16, so that all variants begin with the same heap.
func (hp *Heap) Prepare(f func(m *model.M)) {
	v := hp.h.v
	hp.h.setVariant(release())
	m := hp.K.SetupM("setup")
	f(m)
	m.EndSetup()
	hp.h.setVariant(v)
	hp.h.adapt(v)
	for _, w := range hp.h.words {
		w.Poke(w.Peek())
	}
	hp.h.ghost.flights[m.ID()] = flight{}
}

// Geometry returns the sizes of the heap.
func (hp *Heap) Geometry() *Geometry { return hp.h.g }

// Variant returns whose code the heap runs.
func (hp *Heap) Variant() *Variant { return hp.h.v }

// Config returns the configuration with defaults filled in.
func (hp *Heap) Config() Config { return hp.h.cfg }

// Lock returns the heap lock.
func (hp *Heap) Lock() *model.Mutex { return hp.h.lock }

// ScavengeLock returns scavenge.lock.
func (hp *Heap) ScavengeLock() *model.Mutex { return hp.h.scavenger.lock }

// Alloc allocates a span of npages pages for class spc, nil if the operating
// system refuses memory. It has no objects: no sweeper frees it.
// Runtime: (*mheap).alloc.
func (hp *Heap) Alloc(m *model.M, npages uint64, spc SpanClass, needzero bool) *Span {
	m.Prologue("mheap.alloc")
	return hp.h.alloc(m, npages, spc, needzero)
}

// AllocLarge allocates a span with one object, which the program can reach
// until Drop. Runtime: (*mcache).allocLarge, as called by mallocgc.
func (hp *Heap) AllocLarge(m *model.M, npages uint64) *Span {
	m.Prologue("mallocgc")
	m.AcquireM()
	m.SetMallocing(true)
	pp := m.P()
	s := hp.h.cacheOf(m).allocLarge(m, npages, true)
	m.SetMallocing(false)
	m.ReleaseM()
	if hp.h.v.staleMcache {
		// Clearing a large object can be preempted.
		m.Safepoint()
		hp.h.local(pp).own.Write(m.T())
	}
	return s
}

// AllocSmall allocates a small object of class spc, which the program can
// reach until Drop, and returns its span and index there.
// Runtime: mallocgc and (*mcache).nextFree.
func (hp *Heap) AllocSmall(m *model.M, spc SpanClass) (s *Span, i uint) {
	m.Prologue("mallocgc")
	m.AcquireM()
	m.SetMallocing(true)
	s, i = hp.h.cacheOf(m).nextFree(m, spc)
	m.SetMallocing(false)
	m.ReleaseM()
	return s, i
}

// cacheOf returns the mcache of m's P.
func (h *mheap) cacheOf(m *model.M) *mcache {
	l := h.local(m.P())
	l.own.Write(m.T())
	return l.mcache
}

// Drop makes object i of s unreachable for the program: the next collection
// does not mark it. It is no step.
func (hp *Heap) Drop(s *Span, i uint) { s.ghost.reachable &^= 1 << i }

// AllocManual allocates a span that is managed by hand, nil if the operating
// system refuses memory. Runtime: (*mheap).allocManual, on the system stack.
func (hp *Heap) AllocManual(m *model.M, npages uint64, typ SpanAllocType) (s *Span) {
	m.Prologue("allocManual")
	m.Systemstack(func() { s = hp.h.allocManual(m, npages, typ) })
	return s
}

// FreeSpan gives back a span that Alloc returned.
// Runtime: (*mheap).freeSpan, as a sweeper calls it.
func (hp *Heap) FreeSpan(m *model.M, s *Span) {
	m.Prologue("freeSpan")
	hp.h.freeSpan(m, s)
}

// FreeManual gives back a span that AllocManual returned.
// Runtime: (*mheap).freeManual, on the system stack.
func (hp *Heap) FreeManual(m *model.M, s *Span, typ SpanAllocType) {
	m.Prologue("freeManual")
	m.Systemstack(func() { hp.h.freeManual(m, s, typ) })
}

// NothingSwept is what Sweepone returns if there is no span to sweep.
const NothingSwept = nothingSwept

// Sweepone sweeps a span and returns how many pages that freed, or
// [NothingSwept]. Runtime: sweepone.
func (hp *Heap) Sweepone(m *model.M) uint64 {
	m.Prologue("sweepone")
	return hp.h.sweepone(m)
}

// Reclaim sweeps and frees at least npages pages if it can.
// Runtime: (*mheap).reclaim, on the system stack.
func (hp *Heap) Reclaim(m *model.M, npages uint64) {
	m.Prologue("reclaim")
	m.Systemstack(func() { hp.h.reclaim(m, npages) })
}

// GOMAXPROCS sets the number of Ps and returns the number before. n < 1
// changes nothing. Runtime: GOMAXPROCS.
func (hp *Heap) GOMAXPROCS(m *model.M, n int) int {
	m.Prologue("GOMAXPROCS")
	return hp.h.gomaxprocs(m, n)
}

// SetGCPercent sets GOGC and returns the value before; a negative value
// switches the collector off. Runtime: debug.SetGCPercent, without the
// collection that it runs at its end.
func (hp *Heap) SetGCPercent(m *model.M, percent int) int {
	m.Prologue("setGCPercent")
	return hp.h.setGCPercent(m, percent)
}

// GCStart finishes the sweep phase and starts a mark phase, which the same M
// ends with MarkTermination. Runtime: gcStart.
func (hp *Heap) GCStart(m *model.M) {
	m.Prologue("gcStart")
	hp.h.gcStart(m)
}

// MarkTermination stops the world, marks what the program can reach and starts
// a sweep phase. Runtime: gcMarkDone from its stop of the world on.
func (hp *Heap) MarkTermination(m *model.M) {
	m.Prologue("gcMarkDone")
	hp.h.gcMarkDone(m)
}

// GC runs a whole collection and finishes its sweep. Runtime: GC.
func (hp *Heap) GC(m *model.M) {
	m.Prologue("GC")
	hp.h.gc(m)
}

// FinishGC is the end of GC, which sweeps what is left. Runtime: GC.
func (hp *Heap) FinishGC(m *model.M) {
	m.Prologue("GC")
	hp.h.finishGC(m)
}

// FreeOSMemory collects, then scavenges all that is free, and returns how many
// bytes it released. Runtime: debug.FreeOSMemory.
func (hp *Heap) FreeOSMemory(m *model.M) (released uint64) {
	hp.GC(m)
	return hp.ScavengeAll(m)
}

// ScavengeAll scavenges all that is free: FreeOSMemory without its collection.
// Runtime: (*mheap).scavengeAll, on the system stack.
func (hp *Heap) ScavengeAll(m *model.M) (released uint64) {
	m.Prologue("scavengeAll")
	m.Systemstack(func() { released = hp.h.scavengeAll(m) })
	return released
}

// StartScavengeGen starts a scavenge generation, as the last sweeper does.
func (hp *Heap) StartScavengeGen(m *model.M) {
	m.Systemstack(func() {
		m.Lock(hp.h.lock)
		hp.h.pages.scavengeStartGen(m)
		m.Unlock(hp.h.lock)
	})
}

// ScavengeStep does one round of the background scavenger and returns how many
// bytes it released. Runtime: the critical section of bgscavenge.
func (hp *Heap) ScavengeStep(m *model.M) (released uint64) {
	m.Systemstack(func() { released = hp.h.scavengeStep(m) })
	return released
}

// SetScavengeGoal sets how many bytes the heap may retain before it is
// scavenged, in place of the pacing; it is for Prepare.
func (hp *Heap) SetScavengeGoal(goal uint64) { hp.h.scavengeGoal = goal }

// WakeScavenger wakes the background scavenger if it is parked.
// Runtime: wakeScavenger.
func (hp *Heap) WakeScavenger(m *model.M) { hp.h.wakeScavenger(m) }

// ReadyForScavenger asks sysmon to wake the background scavenger.
// Runtime: readyForScavenger.
func (hp *Heap) ReadyForScavenger(m *model.M) { hp.h.readyForScavenger(m) }

// NewBgscavenge declares the background scavenger. It needs a P.
func (hp *Heap) NewBgscavenge() *model.M {
	s := &hp.h.scavenger
	s.g = hp.K.NewDaemon("bgscavenge", hp.h.bgscavenge)
	return s.g
}

// NewBgsweep declares the background sweeper. It needs a P.
func (hp *Heap) NewBgsweep() *model.M {
	s := &hp.h.sweeper
	s.g = hp.K.NewDaemon("bgsweep", hp.h.bgsweep)
	return s.g
}

// AwaitSwept waits until a sweeper has found that nothing is left to sweep. Nothing
// in the runtime does so; it is for scenarios in which others sweep.
func (hp *Heap) AwaitSwept(m *model.M) { hp.h.sweepdone.Await(m.T(), sched.Eq, 1) }

// NewSysmon declares sysmon, which wakes the scavenger and takes Ps from Ms in
// system calls. It has no P.
func (hp *Heap) NewSysmon() *model.M { return hp.K.NewSysmon() }

// A Stack is memory for the stack of a goroutine.
type Stack = stack

// StackAlloc allocates a small stack: of a quarter page for order 0, of half a
// page for order 1. Runtime: stackalloc, on the system stack.
func (hp *Heap) StackAlloc(m *model.M, order int) (x Stack) {
	m.Systemstack(func() { x = hp.h.stackalloc(m, order, 0) })
	return x
}

// StackFree gives back what StackAlloc returned. Runtime: stackfree, on the system
// stack.
func (hp *Heap) StackFree(m *model.M, x Stack) {
	m.Systemstack(func() { hp.h.stackfree(m, x) })
}

// StackGrow doubles the stack of m, as a function prologue may do.
// Runtime: newstack.
func (hp *Heap) StackGrow(m *model.M) {
	m.Systemstack(func() { hp.h.growStack(m) })
}
