package program

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"lockheld/sched"
)

func TestLookupErrors(t *testing.T) {
	const all = "counter/N/K readers/N lastzero/N indexer/N filesystem/N heaplock/R heapbug-last/R heapbug-first/R"
	for _, c := range []struct{ name, want string }{
		{"", `unknown program ""; there are ` + all},
		{"heap/3", `unknown program "heap/3"; there are ` + all},
		{"Counter/3/3", `unknown program "Counter/3/3"; there are ` + all},
		{"counter", `program "counter" has 0 numbers; it is counter/N/K`},
		{"counter/3", `program "counter/3" has 1 numbers; it is counter/N/K`},
		{"counter/3/3/3", `program "counter/3/3/3" has 3 numbers; it is counter/N/K`},
		{"heaplock", `program "heaplock" has 0 numbers; it is heaplock/R`},
		{"counter/0/3", `program "counter/0/3": N is "0", not a number from 1 to 64`},
		{"counter/65/3", `program "counter/65/3": N is "65", not a number from 1 to 64`},
		{"counter/3/0", `program "counter/3/0": K is "0", not a number from 1 to 1048576`},
		{"counter/3/x", `program "counter/3/x": K is "x", not a number from 1 to 1048576`},
		{"readers/64", `program "readers/64": N is "64", not a number from 1 to 63`},
		{"readers/", `program "readers/": N is "", not a number from 1 to 63`},
		{"readers/03", `program "readers/03": N is "03", not a number from 1 to 63`},
		{"readers/+3", `program "readers/+3": N is "+3", not a number from 1 to 63`},
		{"lastzero/-1", `program "lastzero/-1": N is "-1", not a number from 1 to 63`},
		{"indexer/33", `program "indexer/33": N is "33", not a number from 1 to 32`},
		{"filesystem/27", `program "filesystem/27": N is "27", not a number from 1 to 26`},
		{"heaplock/63", `program "heaplock/63": R is "63", not a number from 1 to 62`},
		{"heapbug-last/99999999999999999999", `program "heapbug-last/99999999999999999999": R is "99999999999999999999", not a number from 1 to 62`},
	} {
		p, err := Lookup(c.name)
		if err == nil || err.Error() != c.want {
			t.Errorf("%q: %v, %v\nwant %s", c.name, p, err, c.want)
		}
	}
}

// TestExtremes runs each family at both ends of its ranges once.
func TestExtremes(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range List() {
		if seen[e.Name] || e.Doc == "" || !strings.HasSuffix(e.Doc, ".") || len(e.Params) == 0 {
			t.Errorf("bad entry %+v", e)
		}
		seen[e.Name] = true
		if !Is(e.Name) || !Is(e.Name+"/1") {
			t.Errorf("Is(%s) is false", e.Name)
		}
		least, greatest := e.Name, e.Name
		for _, p := range e.Params {
			least += fmt.Sprint("/", p.Min)
			greatest += fmt.Sprint("/", min(p.Max, 100))
		}
		for _, name := range []string{least, greatest} {
			r := run(t, name, sched.Options{Strategy: "random", Preemptions: -1, Executions: 2, All: true})
			if r.Executions != 2 || r.Cut != 0 {
				t.Errorf("%s: %d executions, %d cut", name, r.Executions, r.Cut)
			}
			for _, f := range r.Findings {
				if !strings.HasPrefix(name, "heapbug") {
					t.Errorf("%s: %v", name, f.Violation)
				}
			}
		}
	}
	if Is("heap") || Is("") || Is("alloc-free") {
		t.Error("Is is true of what is no program")
	}
}

func run(t *testing.T, name string, o sched.Options) *sched.Report {
	t.Helper()
	p, err := Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	if p.Name != name {
		t.Errorf("%s is named %s", name, p.Name)
	}
	o.Shrink = -1
	r, err := sched.Explore(t.Context(), p, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// foata returns the Foata normal form of an execution under the dependence of
// atomic words and mutexes: it identifies the Mazurkiewicz trace.
func foata(log []sched.Step) string {
	write := func(s *sched.Step) bool {
		return s.Kind != sched.OpLoad && (s.Kind != sched.OpCAS || s.OK)
	}
	level := make([]int, len(log))
	levels := [][]string{}
	for i := range log {
		for j := range i {
			a, b := &log[j], &log[i]
			if a.Task == b.Task || a.Obj == b.Obj && (write(a) || write(b)) {
				level[i] = max(level[i], level[j]+1)
			}
		}
		if level[i] == len(levels) {
			levels = append(levels, nil)
		}
		levels[level[i]] = append(levels[level[i]], fmt.Sprintf("%d:%v.%d.%v", log[i].Task, log[i].Kind, log[i].Obj, log[i].OK))
	}
	for _, l := range levels {
		slices.Sort(l)
	}
	return fmt.Sprint(levels)
}

func binomial(n, k int64) uint64 { return new(big.Int).Binomial(n, k).Uint64() }

// counts has the numbers of traces of programs, by their closed forms or as
// stored in the test suites of other tools.
var counts = []struct {
	name   string
	traces uint64
	dfs    bool // few enough interleavings for plain depth-first search
}{
	{"counter/1/1", 1, true},
	{"counter/2/2", 6, true},    // 4!/(2!)^2
	{"counter/3/2", 90, true},   // 6!/(2!)^3
	{"counter/3/3", 1680, true}, // 9!/(3!)^3
	{"counter/4/2", 2520, true}, // 8!/(2!)^4
	{"counter/3/4", 34650, false},
	{"readers/1", 2, true},
	{"readers/3", 8, true},
	{"readers/6", 64, true},
	{"readers/8", 256, false},
	{"readers/13", 8192, false},
	{"lastzero/1", 2, true},
	{"lastzero/2", 5, true},
	{"lastzero/3", 12, true},
	{"lastzero/4", 28, true},
	{"lastzero/5", 64, false},
	{"lastzero/10", 3328, false},
	{"lastzero/13", 32768, false},
	{"lastzero/15", 147456, false}, // GenMC; (N+3)*2^(N-2)
	{"indexer/1", 1, true},
	{"indexer/2", 1, true},
	{"indexer/11", 1, false},
	{"indexer/12", 8, false},
	{"indexer/15", 4096, false},
	{"filesystem/1", 1, true},
	{"filesystem/2", 1, true},
	{"filesystem/13", 1, false},
	{"filesystem/14", 2, false},
	{"filesystem/16", 8, false},
	{"filesystem/18", 32, false},
	{"filesystem/19", 64, false},
	{"heaplock/1", 2 * binomial(8, 6), true},
	{"heaplock/2", 3 * binomial(9, 6), true},
	{"heaplock/3", 4 * binomial(10, 6), true},
	{"heaplock/4", 5 * binomial(11, 6), false},
}

// TestTraces counts the traces of the small programs in the executions of plain
// depth-first search, without any reduction.
func TestTraces(t *testing.T) {
	for _, c := range counts {
		if !c.dfs {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			traces := map[string]bool{}
			r := run(t, c.name, sched.Options{Strategy: "dfs", Preemptions: -1,
				After: func(r *sched.Result) { traces[foata(r.Log)] = true }})
			if r.Verdict != sched.Complete {
				t.Errorf("verdict %v", r.Verdict)
			}
			if n := uint64(len(traces)); n != c.traces {
				t.Errorf("%d traces, want %d (of %d executions)", n, c.traces, r.Executions)
			}
			t.Logf("%d executions, %d steps at most", r.Executions, r.MaxSteps)
		})
	}
}

// TestOptimal explores every program with the reduction: one execution for each
// trace.
func TestOptimal(t *testing.T) {
	for _, c := range counts {
		t.Run(c.name, func(t *testing.T) {
			if c.traces > 100000 && testing.Short() {
				t.Skip("many traces")
			}
			r := run(t, c.name, sched.Options{Strategy: "dpor", Preemptions: -1})
			if n := uint64(r.Executions); n != c.traces || r.Blocked != 0 || r.Verdict != sched.Complete {
				t.Errorf("%d executions, %d blocked, %v; want %d, 0, complete", n, r.Blocked, r.Verdict, c.traces)
			}
		})
	}
}

// TestBugs: heapbug-last and heapbug-first are found and heaplock is clean.
func TestBugs(t *testing.T) {
	for _, c := range []struct {
		name, site string
	}{
		{"heapbug-last/1", "scavenge/inuse"},
		{"heapbug-last/2", "scavenge/inuse"},
		{"heapbug-first/1", "scavenge/inuse"},
		{"heapbug-first/2", "scavenge/inuse"},
	} {
		r := run(t, c.name, sched.Options{Strategy: "dfs", Preemptions: -1, All: true})
		if len(r.Findings) != 1 || r.Findings[0].Violation.Kind != sched.KindAssertion || r.Findings[0].Violation.Site != c.site {
			t.Errorf("%s: findings %v, want an assertion at %s", c.name, r.Findings, c.site)
		}
	}
}
