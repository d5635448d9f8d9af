package properties

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"lockheld/heap"
	"lockheld/model"
	"lockheld/sched"

	fuzz "github.com/google/gofuzz"
)

// A plan is a scenario that was made from bytes. Each field has a type of its
// own, so that its values can be bounded where they are made: every input is a
// valid plan.
type plan struct {
	Geometry planGeometry
	Procs    planProcs
	Open     planOpen
	Objects  planObjects
	Prepared []planOp
	Ms       []planM
}

type (
	planGeometry uint8 // index in fuzzGeometries
	planProcs    uint8 // 1 to 3
	planOpen     uint8 // bits: stack growth, time slices, system calls, background scavenger and sysmon
	planObjects  bool  // heap spans are those of objects, so that there can be collections
	planM        struct{ Ops []planOp }
	planOp       struct{ Kind, Arg uint8 }
)

var fuzzGeometries = []string{"small", "small-window", "small-phys2", "small-shards16", "small-w16", "small-deep"}

// planBytes is how many bytes make the plan; what follows is the schedule.
const planBytes = 160

// newPlan makes a plan from bytes.
func newPlan(data []byte) *plan {
	below := func(n int) func(c fuzz.Continue) uint8 {
		return func(c fuzz.Continue) uint8 { return uint8(c.Intn(n)) }
	}
	p := new(plan)
	fuzz.NewFromGoFuzz(data).NilChance(0).NumElements(1, 4).Funcs(
		func(v *planGeometry, c fuzz.Continue) { *v = planGeometry(below(len(fuzzGeometries))(c)) },
		func(v *planProcs, c fuzz.Continue) { *v = 1 + planProcs(below(3)(c)) },
		func(v *planOpen, c fuzz.Continue) { *v = planOpen(below(16)(c)) },
		func(v *planObjects, c fuzz.Continue) { *v = below(2)(c) == 1 },
		func(v *planOp, c fuzz.Continue) {
			n := c.Intn(int(numPlanOps) * 8)
			*v = planOp{Kind: uint8(n / 8), Arg: uint8(n % 8)}
		},
	).Fuzz(p)
	return p
}

// Operations of plans.
const (
	planAlloc = iota
	planFree
	planAllocManual
	planFreeManual
	planAllocSmall
	planSweep
	planReclaim
	planScavengeStep
	planScavengeAll
	planStartGen
	planGrowStack
	planSetProcs
	planReadMemStats
	planSetGCPercent
	planSyscall
	planGC
	numPlanOps
)

var planOpNames = [numPlanOps]string{"alloc", "free", "allocManual", "freeManual", "allocSmall", "sweepone", "reclaim",
	"scavengeStep", "scavengeAll", "startGen", "growStack", "GOMAXPROCS", "ReadMemStats", "SetGCPercent", "syscall", "GC"}

func (o planOp) String() string { return fmt.Sprintf("%s(%d)", planOpNames[o.Kind], o.Arg) }

// scenario makes a scenario of the plan.
func (p *plan) scenario() *Scenario {
	return &Scenario{Name: "plan", Geometry: fuzzGeometries[p.Geometry], config: func(c *heap.Config) {
		k := &c.Machine
		k.Procs, k.MinProcs, k.MaxProcs = int(p.Procs), 1, int(p.Procs)
		c.MaxSpans = 64
		if p.Open&1 != 0 {
			k.Open |= model.StackGrowth
		}
		if p.Open&2 != 0 {
			k.Open |= model.TimeSlice
		}
		if p.Open&4 != 0 {
			k.Open |= model.Syscalls
		}
	}, setup: p.setup}
}

func (p *plan) setup(s *stage) {
	s.h.Prepare(func(m *model.M) {
		s.h.AllocManual(m, uint64(s.g.ChunkPages), heap.SpanAllocWorkBuf)
		for _, o := range p.Prepared {
			sp := s.h.AllocLarge(m, 1+uint64(o.Arg))
			if o.Kind&1 != 0 {
				s.h.Drop(sp, 0)
			}
		}
		if p.Objects {
			s.h.PrepareSweep(m)
		}
		s.h.SetScavengeGoal(0)
	})
	for i, pm := range p.Ms {
		s.m("M"+strconv.Itoa(i), func(m *model.M) {
			x := actor{s: s, p: p, m: m}
			for _, o := range pm.Ops {
				x.do(o)
			}
		})
	}
	if p.Open&8 != 0 {
		s.h.NewBgscavenge()
		s.h.NewSysmon()
	}
}

// An actor is an M that carries out its part of a plan. It frees only what it
// has allocated.
type actor struct {
	s      *stage
	p      *plan
	m      *model.M
	spans  []*heap.Span
	manual []*heap.Span
}

// do carries out an operation; one that is not possible does nothing.
func (x *actor) do(o planOp) {
	s, m, n := x.s, x.m, 1+uint64(o.Arg)
	switch o.Kind {
	case planAlloc:
		if x.p.Objects {
			x.spans = append(x.spans, s.allocLarge(m, n))
		} else {
			x.spans = append(x.spans, s.alloc(m, n))
		}
	case planFree:
		if k := len(x.spans) - 1; k >= 0 {
			if x.p.Objects {
				s.h.Drop(x.spans[k], 0)
			} else {
				s.free(m, x.spans[k])
			}
			x.spans = x.spans[:k]
		}
	case planAllocManual:
		x.manual = append(x.manual, s.allocManual(m, n, heap.SpanAllocWorkBuf))
	case planFreeManual:
		// Work buffers are freed between collections only.
		if k := len(x.manual) - 1; k >= 0 && !x.p.Objects {
			s.freeManual(m, x.manual[k], heap.SpanAllocWorkBuf)
			x.manual = x.manual[:k]
		}
	case planAllocSmall:
		if x.p.Objects {
			s.allocSmall(m, 1)
		}
	case planSweep:
		s.sweepone(m)
	case planReclaim:
		s.reclaim(m, n)
	case planScavengeStep:
		s.scavengeStep(m)
	case planScavengeAll:
		s.scavengeAll(m)
	case planStartGen:
		s.h.StartScavengeGen(m)
	default:
		x.doMachine(o)
	}
}

// doMachine carries out an operation that concerns more than the heap.
func (x *actor) doMachine(o planOp) {
	s, m := x.s, x.m
	switch o.Kind {
	case planGrowStack:
		s.h.StackGrow(m)
		s.back(m, "newstack")
	case planSetProcs:
		s.setProcs(m, 1+int(o.Arg)%int(x.p.Procs))
	case planReadMemStats:
		s.h.ReadMemStats(m)
		s.back(m, "ReadMemStats")
	case planSetGCPercent:
		s.h.SetGCPercent(m, 50*int(o.Arg))
		s.back(m, "setGCPercent")
	case planSyscall:
		m.EnterSyscall()
		m.ExitSyscall()
	case planGC:
		if x.p.Objects {
			s.h.GC(m)
			s.back(m, "GC")
		}
	}
}

// planCoverage counts the assertion points of all plans: making the counters
// anew for each would take longer than to run it.
var planCoverage model.Coverage

// runPlan runs the plan and the schedule that data is.
func runPlan(data []byte) (*plan, *sched.Report, error) {
	n := min(len(data), planBytes)
	p := newPlan(data[:n])
	prog, err := Build{Coverage: &planCoverage}.program(p.scenario())
	if err != nil {
		return p, nil, err
	}
	r, err := sched.Steer(context.Background(), prog, data[n:], sched.Options{Depth: 20000, Recheck: 1, Shrink: -1})
	return p, r, err
}

// FuzzScenario runs scenarios and schedules made from bytes with all
// properties.
func FuzzScenario(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		p, r, err := runPlan(data)
		if err != nil {
			t.Fatalf("%+v: %v", *p, err)
		}
		for i := range r.Findings {
			t.Errorf("%+v\n%v\nschedule %v", *p, r.Findings[i].Violation.Error(), r.Findings[i].Schedule)
		}
		if r.Cut != 0 {
			t.Errorf("%+v: more than %d steps", *p, r.MaxSteps)
		}
	})
}

// corpusSize is the number of committed inputs of FuzzScenario.
const corpusSize = 48

// corpus returns the committed inputs: bytes of a generator with a fixed seed,
// of several lengths, of which those are kept whose plan has at least two Ms and
// six operations.
func corpus() [][]byte {
	var inputs [][]byte
	src := rand.New(rand.NewPCG(9393, 160))
	for len(inputs) < corpusSize {
		data := make([]byte, planBytes+src.IntN(200))
		for i := range data {
			data[i] = byte(src.Uint64())
		}
		p, ops := newPlan(data[:planBytes]), 0
		for _, m := range p.Ms {
			ops += len(m.Ops)
		}
		if len(p.Ms) > 1 && ops >= 6 {
			inputs = append(inputs, data)
		}
	}
	return inputs
}

// The committed corpus is what corpus makes. LOCKHELD_WRITE_CORPUS=1 writes it.
func TestCorpus(t *testing.T) {
	dir := filepath.Join("testdata", "fuzz", "FuzzScenario")
	write := os.Getenv("LOCKHELD_WRITE_CORPUS") != ""
	for i, data := range corpus() {
		name := filepath.Join(dir, fmt.Sprintf("seed-%02d", i))
		want := "go test fuzz v1\n[]byte(" + strconv.Quote(string(data)) + ")\n"
		if write {
			if err := os.MkdirAll(dir, 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, []byte(want), 0o666); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("%s is not what the generator makes", name)
		}
	}
}

// Bytes are always a valid plan: every field is within its bounds.
func TestPlans(t *testing.T) {
	src := rand.New(rand.NewPCG(1, 2))
	kinds := map[uint8]bool{}
	for i := range 2000 {
		data := make([]byte, src.IntN(planBytes+1))
		for j := range data {
			data[j] = byte(src.Uint64())
		}
		p := newPlan(data)
		if int(p.Geometry) >= len(fuzzGeometries) || p.Procs < 1 || p.Procs > 3 || p.Open > 15 ||
			len(p.Ms) < 1 || len(p.Ms) > 4 || len(p.Prepared) < 1 || len(p.Prepared) > 4 {
			t.Fatalf("plan %d: %+v", i, *p)
		}
		for _, m := range p.Ms {
			if len(m.Ops) < 1 || len(m.Ops) > 4 {
				t.Fatalf("plan %d: %+v", i, *p)
			}
			for _, o := range m.Ops {
				kinds[o.Kind] = true
				if o.Kind >= numPlanOps || o.Arg > 7 || strings.Contains(o.String(), "%!") {
					t.Fatalf("plan %d: %+v", i, *p)
				}
			}
		}
	}
	if len(kinds) != int(numPlanOps) {
		t.Errorf("%d kinds of operations in 2000 plans, want %d", len(kinds), numPlanOps)
	}
}
