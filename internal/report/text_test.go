package report

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockheld/sched"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares text with testdata/name.golden.
func golden(t *testing.T, name, text string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), text); d != "" {
		t.Errorf("%s (-want +got):\n%s", file, d)
	}
}

// heapLike is what is known of the programs in the tests below.
var heapLike = &Subject{
	Locks:   []string{"heap"},
	Stopped: "worldIsStopped",
	Func:    func(name string) string { return strings.TrimPrefix(name, "(*player).") },
	Value: func(object string, v int64) string {
		if object == "P1.status" && v == 1 {
			return "Psyscall"
		}
		return ""
	},
	Rule: func(v *sched.Violation) string {
		if v.Site == "flush/entry" {
			return "the heap lock is held, or so the commit says; a world that is stopped is not enough for it"
		}
		return ""
	},
}

// result explores p and makes a result of the report.
func result(t *testing.T, p *sched.Program, variant string, s *Subject, o sched.Options) *Result {
	t.Helper()
	rep, err := sched.Explore(context.Background(), p, o)
	if err != nil {
		t.Fatal(err)
	}
	r := &Result{Scenario: p.Name, Variant: variant, Report: rep, Subject: s}
	for i := range rep.Findings {
		f := Finding{Violation: rep.Findings[i].Violation}
		if rep.Findings[i].Schedule != nil {
			f.Trace, err = sched.Replay(p, rep.Findings[i].Schedule, o)
			if err != nil {
				t.Fatal(err)
			}
			f.Replay = "go run ./cmd/explore replay TOKEN"
		}
		r.Findings = append(r.Findings, f)
	}
	return r
}

func text(t *testing.T, r *Result, verbose bool) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteText(&b, r, verbose); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestText(t *testing.T) {
	for _, p := range programs() {
		t.Run(p.prog.Name, func(t *testing.T) {
			r := result(t, p.prog, p.variant, p.subject, p.options)
			short := text(t, r, false)
			golden(t, p.prog.Name, short)
			golden(t, p.prog.Name+"-v", text(t, r, true))
			golden(t, p.prog.Name+"-json", lines(t, r))
			for line := range strings.Lines(short) {
				if n := len([]rune(line)); n > tableWidth+1 && strings.Contains(line, " | ") {
					t.Errorf("line of %d characters: %s", n, line)
				}
			}
			again := result(t, p.prog, p.variant, p.subject, p.options)
			if got := text(t, again, false); got != short {
				t.Errorf("second time:\n%s\nfirst time:\n%s", got, short)
			}
		})
	}
}
