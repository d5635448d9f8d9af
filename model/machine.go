package model

import (
	"fmt"
	"sync/atomic"

	"lockheld/sched"
)

// Choices is a set of data choices that a scenario leaves open. What is not
// open has one fixed outcome and costs no step.
type Choices uint32

// Data choices. Package heap numbers its own from [FirstHeapChoice].
const (
	// StackGrowth: at each prologue on a user stack the stack may have to grow.
	StackGrowth Choices = 1 << iota
	// TimeSlice: at each safepoint the time slice of the goroutine may be over.
	TimeSlice
	// Syscalls: simulated calls of the operating system are steps.
	Syscalls
	// OSRefuses: the operating system may refuse memory.
	OSRefuses
	// ArenaNotAdjacent: a new arena may lie away from the last one.
	ArenaNotAdjacent
	// FirstHeapChoice is the first of the bits that package heap gives a meaning.
	FirstHeapChoice Choices = 1 << 16
)

// Checks is a set of checks of the machine that can be switched off, so that a
// program goes on to the consequences of what it did.
type Checks uint32

// Checks that are on unless [Config.Off] names them.
const (
	CheckRank        Checks = 1 << iota // the lock order
	CheckSystemStack                    // the heap lock and stops of the world need the system stack
	CheckLocks                          // no runtime lock is held where the M parks, ends or stops the world
	CheckWorldsema                      // who stops the world holds worldsema
)

// Mutants is a set of changes that make the machine wrong. Each is read at the
// one place that it changes.
type Mutants uint32

// Mutants of the machine.
const (
	// MutantStoppedEarly counts the stop of the world before the wait for the Ps.
	MutantStoppedEarly Mutants = 1 << iota
	// MutantStartedEarly ends the count of the stop before procresize.
	MutantStartedEarly
	// MutantNoCAS takes Ps out of Psyscall by a load and a store.
	MutantNoCAS
	// MutantCountTwice counts a P that is taken out of Psyscall twice.
	MutantCountTwice
	// MutantNoRecheck enters a system call without a look at gcwaiting.
	MutantNoRecheck
	// MutantStartmPreemptible lets an M be preempted between taking an idle P
	// and giving it to the M that it makes ready.
	MutantStartmPreemptible
	// MutantNilP makes retake rely on every entry of allp being initialised.
	MutantNilP
	// MutantStaleAllp makes retake go on with the length that allp had when it
	// began.
	MutantStaleAllp
	// MutantReleasePreemptible lets an M that has started the world be preempted
	// before it releases worldsema.
	MutantReleasePreemptible
)

// Config describes a machine. The zero Config is one P and nothing open.
type Config struct {
	Procs    int     // Ps at the start (gomaxprocs); 0: 1
	MinProcs int     // fewest Ps that the scenario sets later; 0: Procs
	MaxProcs int     // most Ps that the scenario sets later; 0: Procs
	Open     Choices // data choices left open
	Growths  int     // with StackGrowth, how often each M may have to grow its stack; 0: once
	Off      Checks  // checks switched off
	Mutants  Mutants
	Break    Site // an assertion point that must fail: who comes there is deprived of what it requires; "": none
	// NoStops says that nobody stops the world: safepoints and the end of an M
	// cost no step then, and stopping the world panics.
	NoStops bool
	// StrictStopper makes an assertion about the stopped world fail in an M that
	// is not the one that stopped it. The runtime does not check who it was.
	StrictStopper bool
	// Coverage receives the counts of assertion points; nil: one of its own.
	Coverage *Coverage
	// Observer looks on; nil: nobody.
	Observer Observer
}

// Hooks are the places where the machine calls what is built on it. Each may
// be nil.
type Hooks struct {
	// Procresize sets the number of Ps to n. It runs on the system stack of the
	// M that starts the world, with sched.lock held, and is made of the
	// functions of procresize.go. If it is nil the machine moves its Ps only.
	Procresize func(m *M, n int)
	// StackGrow allocates a larger stack for m, on its system stack.
	StackGrow func(m *M)
	// PrepareForSweep runs in acquirep, when m has got p.
	PrepareForSweep func(m *M, p *P)
	// WakeScavenger is what sysmon does in each round about a request to wake
	// the scavenger, if there is one.
	WakeScavenger func(m *M)
}

// Machine is the simulated machine of one world: Ms, Ps, and the parts of the
// scheduler that stop and start the world.
type Machine struct {
	Hooks Hooks

	w        *sched.World
	cfg      Config
	coverage *Coverage

	schedLock      *Mutex       // sched.lock
	allpLock       *Mutex       // protects the extent of allp
	gcwaiting      *sched.Word  // a stop is asked for; written under sched.lock
	worldIsStopped *sched.Word  // count of stops, of lock rank builds
	stopnote       *sched.Word  // number of times that stopwait reached 0
	sysmonnote     *sched.Word  // number of reasons for sysmon to look
	worldsema      *sched.Mutex // the right to stop the world
	gcsema         *sched.Mutex // the right to block a collection

	allps     []*P // every P there can be; the first s.nallp are allp
	ms        []*M
	goMs      int // Ms that need a P
	sysmon    *M
	growNames map[string]string // text of the choice at each prologue; a cache

	reached struct { // counters of the points that each lock operation reaches
		lockLimit, rank, systemStack, unlockHeld *atomic.Int64
	}

	s    schedt
	cell sched.Cell // stands for the fields of s that sched.lock protects
	allp sched.Cell // stands for s.nallp
}

// schedt is what changes during an execution, outside Ms and Ps.
type schedt struct {
	gomaxprocs, newprocs int
	nallp                int // len(allp)
	stopwait             int
	pidle                *P
	npidle               int
	midle                *M
	nmidle               int
	runnablePs           *P // given an M by procresize, not yet started
	stopnotes            uint64
	stopper              *M   // who stops the world, nil if nobody does
	stopped              bool // from worldStopped to gcwaiting = 0
}

// New makes a machine in w. It is for Setup. It panics if cfg is inconsistent.
func New(w *sched.World, cfg Config) *Machine {
	cfg.defaults()
	k := &Machine{w: w, cfg: cfg, coverage: cfg.Coverage, growNames: map[string]string{}}
	r := &k.reached
	r.lockLimit, r.rank = k.coverage.counter(SiteLockLimit), k.coverage.counter(SiteRank)
	r.systemStack, r.unlockHeld = k.coverage.counter(SiteLockSystemStack), k.coverage.counter(SiteUnlockHeld)
	k.schedLock = NewMutex(k, "sched.lock", RankSched)
	k.allpLock = NewMutex(k, "allpLock", RankAllp)
	k.gcwaiting = sched.NewWord(w, "gcwaiting", 0)
	k.worldIsStopped = sched.NewWord(w, "worldIsStopped", 0)
	k.stopnote = sched.NewWord(w, "stopnote", 0)
	k.sysmonnote = sched.NewWord(w, "sysmonnote", 0)
	k.worldsema = sched.NewMutex(w, "worldsema")
	k.gcsema = sched.NewMutex(w, "gcsema")
	k.cell.Init(w, "sched", sched.GuardedBy(k.schedLock.sm))
	k.allp.Init(w, "allp", nil)
	for i := range cfg.MaxProcs {
		k.allps = append(k.allps, newP(k, i))
	}
	k.s.gomaxprocs, k.s.nallp = cfg.Procs, cfg.Procs
	for i := cfg.Procs - 1; i >= 0; i-- {
		p := k.allps[i]
		p.made, p.status = true, Pidle
		p.link, k.s.pidle = k.s.pidle, p
		k.s.npidle++
	}
	sched.Save(w, &k.s)
	return k
}

// defaults fills in what cfg leaves open and panics if it makes no sense.
func (c *Config) defaults() {
	if c.Procs == 0 {
		c.Procs = 1
	}
	if c.MinProcs == 0 {
		c.MinProcs = c.Procs
	}
	if c.MaxProcs == 0 {
		c.MaxProcs = c.Procs
	}
	if c.Growths == 0 {
		c.Growths = 1
	}
	if c.Coverage == nil {
		c.Coverage = new(Coverage)
	}
	if c.MinProcs < 1 || c.Procs < c.MinProcs || c.MaxProcs < c.Procs {
		panic(fmt.Sprintf("model: Config: MinProcs %d <= Procs %d <= MaxProcs %d does not hold", c.MinProcs, c.Procs, c.MaxProcs))
	}
}

// World returns the world that the machine lives in.
func (k *Machine) World() *sched.World { return k.w }

// Config returns the configuration, with defaults filled in.
func (k *Machine) Config() Config { return k.cfg }

// Opens reports whether the scenario leaves all choices of c open.
func (k *Machine) Opens(c Choices) bool { return k.cfg.Open&c == c }

// mutant reports whether the machine is wrong in the way x.
func (k *Machine) mutant(x Mutants) bool { return k.cfg.Mutants&x != 0 }

// checks reports whether a check is on.
func (k *Machine) checks(c Checks) bool { return k.cfg.Off&c == 0 }

// SchedLock returns sched.lock.
func (k *Machine) SchedLock() *Mutex { return k.schedLock }

// AllpLock returns the lock that protects the extent of allp.
func (k *Machine) AllpLock() *Mutex { return k.allpLock }

// Reached returns how often the assertion point s was evaluated.
func (k *Machine) Reached(s Site) int64 { return k.coverage.Reached(s) }

// Coverage returns the counts of assertion points.
func (k *Machine) Coverage() *Coverage { return k.coverage }

// Ms returns all Ms in the order of creation. The slice is the machine's own.
func (k *Machine) Ms() []*M { return k.ms }

// Ps returns allp, for properties and reports; code that runs on an M calls
// [Machine.Allp]. The slice is the machine's own.
func (k *Machine) Ps() []*P { return k.allps[:k.s.nallp] }

// AllPs returns every P that exists or can come to exist, dead and unmade ones
// included, by id. The slice is the machine's own.
func (k *Machine) AllPs() []*P { return k.allps }

// Gomaxprocs returns the number of Ps in use.
func (k *Machine) Gomaxprocs() int { return k.s.gomaxprocs }

// Stopwait returns the number of Ps that a stop of the world still waits for.
func (k *Machine) Stopwait() int { return k.s.stopwait }

// Gcwaiting reports whether a stop of the world is asked for. It is no step.
func (k *Machine) Gcwaiting() bool { return k.gcwaiting.Peek() != 0 }

// WorldIsStopped returns the count that the assertions about the stopped world
// read. It is no step.
func (k *Machine) WorldIsStopped() int { return int(k.worldIsStopped.Peek()) }

// Stopped reports whether the world is really stopped: from the end of
// stopTheWorldWithSema until gcwaiting is cleared. [Machine.WorldIsStopped] goes
// back a little later.
func (k *Machine) Stopped() bool { return k.s.stopped }

// Stopper returns the M that stops, or has stopped, the world, or nil.
func (k *Machine) Stopper() *M { return k.s.stopper }
