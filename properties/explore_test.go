package properties

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockheld/sched"
)

// TestMain gives rapid a fixed seed, so that two runs do the same; -rapid.seed
// asks for another.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.seed", "116"); err != nil {
		panic(err)
	}
	flag.Parse()
	os.Exit(m.Run())
}

// depth is the most steps that a small form may have.
const depth = 400

// exhaustive is how the small forms are explored completely.
func exhaustive() sched.Options {
	return sched.Options{Strategy: "dpor", Preemptions: -1, Depth: depth}
}

// bounded is how they are explored without reduction, so that goals and
// violations that tell equivalent schedules apart show.
func bounded() sched.Options { return sched.Options{Strategy: "dfs", Preemptions: 2, Depth: depth} }

// passing returns the small forms, and the scenarios made for variants, that
// Go 1.16 passes.
func passing() (list []Scenario) {
	for _, sc := range append(Scenarios(), SpecialScenarios()...) {
		if sc.fails == "" {
			list = append(list, sc)
		}
	}
	return list
}

// explore runs what b says.
func explore(t *testing.T, b Build, o sched.Options) *sched.Report {
	t.Helper()
	p, err := b.Program()
	if err != nil {
		t.Fatal(err)
	}
	r, err := sched.Explore(context.Background(), p, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// clean explores what b says, after the schedules that failed in earlier runs,
// and fails the test for what it finds. A violation is kept for the next run.
func clean(t *testing.T, b Build, o sched.Options) *sched.Report {
	t.Helper()
	replayKept(t)
	r := explore(t, b, o)
	for i := range r.Findings {
		f := &r.Findings[i]
		t.Errorf("%s on %s: %v", b.Scenario, b.variant(), f.Violation.Error())
		if len(f.Schedule) > 0 {
			t.Log(keep(t, b, f))
		}
	}
	return r
}

// scheduleDir is where the schedules of violations of a test are kept.
func scheduleDir(t *testing.T) string {
	name, _, _ := strings.Cut(t.Name(), "/")
	return filepath.Join("testdata", "schedules", name)
}

// keep writes the schedule of a finding to a file, and returns its name, the
// command that repeats it, and what happens.
func keep(t *testing.T, b Build, f *sched.Finding) string {
	t.Helper()
	p, err := b.Program()
	if err != nil {
		t.Fatal(err)
	}
	tr, err := sched.Replay(p, f.Schedule, sched.Options{})
	if err != nil {
		return fmt.Sprint("not kept: ", err)
	}
	model, err := p.Digest()
	if err != nil {
		t.Fatal(err)
	}
	sc, _ := LookupScenario(b.Scenario)
	geometry := b.Geometry
	if geometry == "" {
		geometry = sc.Geometry
	}
	token := sched.Token{Scenario: b.Scenario, Variant: b.variant(), Geometry: geometry, Properties: b.Properties,
		Choices: f.Schedule, Model: model, Trace: tr.Digest()}
	var text strings.Builder
	fmt.Fprintf(&text, "# %v\n", f.Violation.Error())
	for i := range tr.Events {
		e := &tr.Events[i]
		fmt.Fprintf(&text, "# %3d %-12s %v %s %s in %s\n", e.Step, tr.Tasks[e.Task], e.Kind, e.Object, e.Text, e.Func())
	}
	fmt.Fprintln(&text, token.String())
	hash := fnv.New64a()
	hash.Write([]byte(token.String()))
	name := filepath.Join(scheduleDir(t), fmt.Sprintf("%016x.sched", hash.Sum64()))
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("kept in %s; to repeat: go run ./cmd/explore replay %s\n%s", name, token.String(), text.String())
}

// replayKept runs the schedules that earlier runs of the test kept. One that
// was made for another model is reported and otherwise ignored.
func replayKept(t *testing.T) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(scheduleDir(t), "*.sched"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		v, err := replayFile(name)
		switch {
		case errors.Is(err, sched.ErrStale) || errors.Is(err, sched.ErrDiverged):
			t.Logf("%s: %v", name, err)
		case err != nil:
			t.Errorf("%s: %v", name, err)
		case v != nil:
			t.Errorf("%s: still %v", name, v.Error())
		default:
			t.Logf("%s: nothing found any more", name)
		}
	}
}

// replayFile runs the schedule of a file and returns the first violation.
func replayFile(name string) (*sched.Violation, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	token, err := sched.ParseToken(lines[len(lines)-1])
	if err != nil {
		return nil, err
	}
	p, err := Build{Scenario: token.Scenario, Variant: token.Variant, Geometry: token.Geometry, Properties: token.Properties}.Program()
	if err != nil {
		return nil, err
	}
	tr, err := token.Replay(p, sched.Options{})
	if err != nil || len(tr.Violations) == 0 {
		return nil, err
	}
	return &tr.Violations[0], nil
}
