package schedtest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockheld/sched"
	"lockheld/sched/schedtest"
)

// recorder is a TB that notes what a check says.
type recorder struct {
	name         string
	logs, errors []string
	attrs        map[string]string
}

func (r *recorder) Helper()                 {}
func (r *recorder) Name() string            { return r.name }
func (r *recorder) Logf(f string, a ...any) { r.logs = append(r.logs, fmt.Sprintf(f, a...)) }
func (r *recorder) Attr(key, value string)  { r.attrs = map[string]string{key: value} }
func (r *recorder) Errorf(f string, a ...any) {
	r.errors = append(r.errors, fmt.Sprintf(f, a...))
}

// check runs Check with a recorder.
func check(p *sched.Program, o sched.Options) (*recorder, *sched.Report) {
	r := &recorder{name: "TestOf/a case"}
	return r, schedtest.Check(r, p, o)
}

// account has two deposits of which one can be lost, unless they are mended.
func account(mended bool) *sched.Program {
	return &sched.Program{Name: "account", Setup: func(w *sched.World) {
		m, x := sched.NewMutex(w, "m"), sched.NewWord(w, "balance", 0)
		for i := range 2 {
			w.Go(fmt.Sprint("deposit", i), func(t *sched.Task) { deposit(t, m, x, mended) })
		}
		w.AtEnd(sched.Property{Name: "sum", Check: func() string {
			if x.Peek() != 2 {
				return fmt.Sprintf("the balance is %d", x.Peek())
			}
			return ""
		}})
	}}
}

func deposit(t *sched.Task, m *sched.Mutex, x *sched.Word, mended bool) {
	balance := x.Load(t)
	if mended {
		x.Add(t, 1)
		return
	}
	x.Store(t, balance+1)
}

func all() sched.Options { return sched.Options{Preemptions: -1} }

// files returns the schedules that are kept below the working directory.
func files(t *testing.T) []string {
	t.Helper()
	list, err := filepath.Glob("testdata/schedules/*/*/*.sched")
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestPasses(t *testing.T) {
	t.Chdir(t.TempDir())
	rec, r := check(account(true), all())
	if len(rec.errors) != 0 || r.Verdict != sched.Complete || len(files(t)) != 0 ||
		strings.Join(rec.logs, "") != "account: complete, 4 executions, 16 steps" {
		t.Errorf("%+v, %+v", rec, r)
	}
	rec, r = check(account(true), sched.Options{Preemptions: -1, Executions: 2})
	if len(rec.errors) != 0 || r.Verdict != sched.Stopped || strings.Join(rec.logs, "") != "account: stopped (executions=2), 2 executions, 8 steps" {
		t.Errorf("%+v, %+v", rec, r)
	}
}

const lostDeposit = `account: property sum: the balance is 1
    0  deposit0  load balance = 0  in deposit
    1  deposit1  load balance = 0  in deposit
    2  deposit1  store balance -> 1  in deposit
    3  deposit0  store balance -> 1  in deposit
                 *** property sum: the balance is 1
to repeat: LOCKHELD_SCHEDULE=TOKEN go test lockheld/sched/schedtest -run '^TestOf$/^a case$'
kept in:   FILE`

// A failure says what, how, and how to see it again; the schedule is kept, fails
// the next check at once, and stays as a guard when the bug is gone.
func TestFails(t *testing.T) {
	t.Chdir(t.TempDir())
	rec, r := check(account(false), all())
	kept := files(t)
	if len(kept) != 1 || len(rec.errors) != 1 || r.Verdict != sched.Violated || len(r.Findings) != 1 {
		t.Fatalf("%+v, %+v, %v", rec, r, kept)
	}
	token := rec.attrs["schedule"]
	want := strings.NewReplacer("TOKEN", token, "FILE", kept[0]).Replace(lostDeposit)
	if rec.errors[0] != want {
		t.Errorf("%s\nwant\n%s", rec.errors[0], want)
	}
	if filepath.Dir(kept[0]) != "testdata/schedules/TestOf/a_case" {
		t.Errorf("kept in %s", kept[0])
	}
	text, err := os.ReadFile(kept[0])
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if len(lines) != 7 || lines[0] != "# account: property sum: the balance is 1" || lines[6] != token {
		t.Errorf("file:\n%s", text)
	}

	again, r := check(account(false), all())
	if len(again.errors) != 1 || again.errors[0] != want || r.Verdict != sched.Violated || r.Executions != 1 || len(files(t)) != 1 {
		t.Errorf("second check: %+v, %+v", again, r)
	}
	mended, r := check(account(true), all())
	if len(mended.errors) != 0 || r.Verdict != sched.Complete || len(mended.logs) != 2 ||
		!strings.Contains(mended.logs[0], "does not apply any more") {
		t.Errorf("mended: %+v, %+v", mended, r)
	}
}

// The variable runs one schedule of the program that it names, and no other.
func TestVariable(t *testing.T) {
	t.Chdir(t.TempDir())
	rec, _ := check(account(false), all())
	token := rec.attrs["schedule"]
	t.Setenv("LOCKHELD_SCHEDULE", token)
	rec, r := check(account(false), all())
	if len(rec.errors) != 1 || r.Executions != 1 || !strings.HasPrefix(rec.errors[0], "account, one schedule:\n    0  deposit0  load balance = 0") {
		t.Errorf("%+v, %+v", rec, r)
	}
	rec, r = check(account(true), all())
	if len(rec.errors) != 1 || !strings.Contains(rec.errors[0], "does not follow the schedule") || r.Verdict != sched.Stopped {
		t.Errorf("mended: %+v, %+v", rec, r)
	}
	other := account(true)
	other.Name = "other"
	rec, r = check(other, all())
	if len(rec.errors) != 0 || r.Verdict != sched.Complete {
		t.Errorf("other: %+v, %+v", rec, r)
	}
	t.Setenv("LOCKHELD_SCHEDULE", token+"0")
	if rec, _ = check(account(true), all()); len(rec.errors) != 1 || !strings.HasPrefix(rec.errors[0], "LOCKHELD_SCHEDULE: damaged token: checksum") {
		t.Errorf("damaged: %+v", rec)
	}
}

// Files that say nothing about the program are reported.
func TestFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	rec, _ := check(account(false), all())
	file := files(t)[0]
	good := rec.attrs["schedule"]
	changed := account(true)
	changed.Setup = func(w *sched.World) {
		account(true).Setup(w)
		sched.NewWord(w, "fee", 0)
	}
	for _, c := range []struct {
		text string
		p    *sched.Program
		says string
	}{
		{good, changed, file + " is stale: stale token: it was made for another model"},
		{"# nothing\n\n", account(true), file + ":2: no schedule"},
		{"#\n" + good + "\n" + good + "\n", account(true), file + ":3: a second schedule"},
		{"#\n" + good[:50] + "\n", account(true), file + ":2: damaged token: "},
	} {
		if err := os.WriteFile(file, []byte(c.text), 0o666); err != nil {
			t.Fatal(err)
		}
		rec, r := check(c.p, all())
		if len(rec.errors) != 1 || !strings.HasPrefix(rec.errors[0], c.says) || r.Verdict != sched.Complete {
			t.Errorf("%+v, %+v; want %q", rec, r, c.says)
		}
	}
}

func TestKeepNothing(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("LOCKHELD_KEEP", "off")
	rec, _ := check(account(false), all())
	if len(files(t)) != 0 || len(rec.errors) != 1 || strings.Contains(rec.errors[0], "kept in") {
		t.Errorf("%v, %+v", files(t), rec)
	}
}

// What no schedule shows is reported without one, and a program that cannot be
// set up fails.
func TestOtherFailures(t *testing.T) {
	t.Chdir(t.TempDir())
	never := &sched.Program{Name: "never", Setup: func(w *sched.World) { w.Sometimes("goal") }}
	rec, r := check(never, sched.Options{Strategy: "dfs", Preemptions: -1})
	if len(rec.errors) != 1 || rec.errors[0] != "never: sometimes goal: no execution reached it" || r.Verdict != sched.Violated {
		t.Errorf("%+v, %+v", rec, r)
	}
	rec, r = check(never, sched.Options{})
	if len(rec.errors) != 1 || rec.errors[0] != "never: never reached: goal; of equivalent schedules one was run, and 1 with at most 2 preemptions besides" {
		t.Errorf("%+v, %+v", rec, r)
	}
	rec, r = check(&sched.Program{Name: "bad", Setup: func(w *sched.World) { panic("no world") }}, all())
	if len(rec.errors) != 1 || !strings.HasPrefix(rec.errors[0], "bad: setup of bad: no world") || r.Verdict != sched.Stopped {
		t.Errorf("%+v, %+v", rec, r)
	}
	rec, r = check(account(true), sched.Options{Strategy: "best"})
	if len(rec.errors) != 1 || !strings.Contains(rec.errors[0], `unknown strategy "best"`) || r.Verdict != sched.Stopped {
		t.Errorf("%+v, %+v", rec, r)
	}
}

// Whatever takes complete away is said.
func TestSaysWhyNotComplete(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, c := range []struct {
		body func(t *sched.Task, x *sched.Word)
		o    sched.Options
		want string
	}{
		{func(t *sched.Task, x *sched.Word) { x.Add(t, 1); x.Add(t, 1) }, sched.Options{Depth: 2}, "cut off after 2 steps)"},
		{func(t *sched.Task, x *sched.Word) {
			for x.Add(t, 0) == 0 {
			}
		}, sched.Options{}, "a task that waits by going round was passed over"},
		{func(t *sched.Task, x *sched.Word) { t.Yield(); x.Peek() }, sched.Options{}, "tasks looked at x without a step"},
	} {
		rec, r := check(&sched.Program{Name: "part", Setup: func(w *sched.World) {
			x := sched.NewWord(w, "x", 0)
			w.Go("A", func(t *sched.Task) { c.body(t, x) })
			w.Go("B", func(t *sched.Task) { x.Store(t, 1) })
		}}, c.o)
		if logs := strings.Join(rec.logs, "\n"); len(rec.errors) != 0 || r.Verdict != sched.Bounded || !strings.Contains(logs, c.want) {
			t.Errorf("%+v, %v; want %s", rec, r.Verdict, c.want)
		}
	}
}

// What does not repeat itself is explained.
func TestNondeterminism(t *testing.T) {
	t.Chdir(t.TempDir())
	runs := 0
	rec, _ := check(&sched.Program{Name: "counts", Setup: func(w *sched.World) {
		x := sched.NewWord(w, "x", 0)
		w.Go("A", func(t *sched.Task) {
			if runs++; runs%2 == 0 {
				x.Load(t)
			}
			x.Store(t, 1)
		})
		w.Go("B", func(t *sched.Task) { x.Store(t, 2) })
	}}, sched.Options{})
	if len(rec.errors) != 1 || !strings.Contains(rec.errors[0], "counts: nondeterminism") || !strings.Contains(rec.errors[0], "a variable from before Setup") {
		t.Errorf("%+v", rec)
	}
}

// The zero options are everything: strategy dpor, no bound. A bound of a search
// whose strategy is named stays one.
func TestZeroOptions(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, c := range []struct {
		o    sched.Options
		want string
	}{
		{sched.Options{}, "account: complete, 4 executions,"},
		{sched.Options{Preemptions: 1}, "account: complete, 4 executions,"},
		{sched.Options{Strategy: "dpor"}, "account: bounded (preemptions=0), 2 executions,"},
		{sched.Options{Strategy: "dfs"}, "account: bounded (preemptions=0), 2 executions,"},
		{sched.Options{Strategy: "dfs", Preemptions: -1}, "account: complete, 6 executions,"},
	} {
		rec, _ := check(account(true), c.o)
		if len(rec.errors) != 0 || !strings.HasPrefix(strings.Join(rec.logs, ""), c.want) {
			t.Errorf("%+v: %+v, want %s", c.o, rec, c.want)
		}
	}
}

// A goal that only some of the equivalent schedules reach counts as reached; a
// property that a strategy cannot check is no success.
func TestGoalsAndProperties(t *testing.T) {
	t.Chdir(t.TempDir())
	rec, r := check(&sched.Program{Name: "apart", Setup: func(w *sched.World) {
		x, y := sched.NewWord(w, "x", 0), sched.NewWord(w, "y", 0)
		first := w.Sometimes("y is first")
		w.Go("A", func(t *sched.Task) { x.Store(t, 1) })
		w.Go("B", func(t *sched.Task) {
			y.Store(t, 1)
			if len(w.Tasks()) == 2 && w.Now() == 1 {
				first.Reach()
			}
		})
	}}, sched.Options{})
	if len(rec.errors) != 0 || len(r.Unreached) != 0 {
		t.Errorf("%+v, %+v", rec, r)
	}
	sum := account(true)
	setup := sum.Setup
	sum.Setup = func(w *sched.World) {
		setup(w)
		w.Always(sched.Property{Name: "unsaid", Check: func() string { return "" }})
	}
	rec, _ = check(sum, sched.Options{})
	if len(rec.errors) != 1 || rec.errors[0] != "account: not checked in every state: unsaid; strategy dpor must know what a property reads: declare Reads or Each, or use strategy dfs" {
		t.Errorf("%+v", rec)
	}
	if rec, _ = check(sum, all()); len(rec.errors) != 1 {
		t.Errorf("no bound: %+v", rec)
	}
	if rec, _ = check(sum, sched.Options{Strategy: "dfs", Preemptions: -1}); len(rec.errors) != 0 {
		t.Errorf("dfs: %+v", rec)
	}
}
