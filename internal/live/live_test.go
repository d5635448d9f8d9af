package live

import (
	"context"
	"embed"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"lockheld/internal/conform"
	"lockheld/properties"
	"lockheld/sched"
)

//go:embed testdata/*.txt
var driver embed.FS

// Sizes of the comparison: together more than 200,000 operations.
const (
	liveCases = 200
	liveOps   = 1000
)

// built returns a copy of the toolchain of Go 1.16 with the driver, or skips.
func built(t *testing.T) (context.Context, *Toolchain) {
	t.Helper()
	if testing.Short() {
		t.Skip("builds and runs the runtime of Go 1.16")
	}
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("the toolchain of Go 1.16 is for linux/amd64")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Minute)
	t.Cleanup(cancel)
	download, stop := context.WithTimeout(ctx, 3*time.Minute)
	defer stop()
	from, err := Find(download, t.TempDir())
	if err != nil {
		t.Skipf("the toolchain of Go 1.16 is not to be had: %v", err)
	}
	tc, err := Copy(from, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, as := range map[string]string{"export.go.txt": "live_export_test.go", "driver.go.txt": "live_test.go", "switches.go.txt": "live.go"} {
		text, err := driver.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if err := tc.Add(as, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := tc.Change("proc.go", UnlockFlush); err != nil {
		t.Fatal(err)
	}
	if err := tc.Change("mpagecache.go", RelaxFlush); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := tc.Build(ctx); err != nil {
		t.Fatal(err)
	}
	t.Logf("live: built in %v", time.Since(began).Round(time.Second))
	return ctx, tc
}

// TestLive compares the model with the real Go 1.16, which runs in this process's
// neighbour with its lock assertions on: every answer of random operations, and
// where the assertions fail on the code before the commit.
func TestLive(t *testing.T) {
	ctx, tc := built(t)
	t.Run("operations", func(t *testing.T) { compareOperations(ctx, t, tc) })
	t.Run("violations", func(t *testing.T) { compareViolations(ctx, t, tc) })
}

func compareOperations(ctx context.Context, t *testing.T, tc *Toolchain) {
	file := filepath.Join(t.TempDir(), "live.jsonl")
	out, err := tc.Run(ctx, "TestLiveOperations", "LIVE_FILE="+file, "LIVE_CASES="+strconv.Itoa(liveCases),
		"LIVE_OPS="+strconv.Itoa(liveOps), "LIVE_SEED=1")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	r, err := conform.Run([]string{file}, conform.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("live: %d operations in %d cases, %d mismatches", r.Ops, r.Cases, r.Mismatches)
	if r.Ops < 200000 || r.Mismatches != 0 {
		t.Errorf("%d operations, %d mismatches in %d cases", r.Ops, r.Mismatches, r.Cases)
	}
	// The comparison can fail: an answer that is changed is a mismatch.
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	changed := strings.Replace(first, `"want":{"released":`, `"want":{"released":1`, 1)
	wrong := filepath.Join(t.TempDir(), "wrong.jsonl")
	if err := os.WriteFile(wrong, []byte(changed), 0o666); err != nil {
		t.Fatal(err)
	}
	if r, err := conform.Run([]string{wrong}, conform.Options{}); err != nil || r.Mismatches != 1 {
		t.Errorf("an answer that is changed gives %d mismatches, error %v", r.Mismatches, err)
	}
}

// compareViolations: what the runtime says of the code before the commit is what
// the model says.
func compareViolations(ctx context.Context, t *testing.T, tc *Toolchain) {
	for _, tt := range []struct{ change, function, variant string }{
		{"nothing", "", "go1.16"},
		{"before", "flush", "before"},
		{"relaxed", "update", "before-flush-relaxed"},
	} {
		if site := modelSite(ctx, t, tt.variant); site != "" && site != tt.function+"/entry" || (site == "") != (tt.function == "") {
			t.Errorf("the model says %q of %s", site, tt.variant)
		}
		out, err := tc.Run(ctx, "TestLiveShrink", "LIVE_CHANGE="+tt.change)
		function, held := Violation(out)
		if function != tt.function || (err == nil) != (tt.function == "") {
			t.Errorf("%s: violation in %q, want %q; %v\n%s", tt.change, function, tt.function, err, out)
			continue
		}
		if function != "" {
			t.Logf("live: %s: violation %s/entry, locks held: %s", tt.change, function, held)
		}
	}
}

// modelSite is where the model finds a violation when Ps are destroyed.
func modelSite(ctx context.Context, t *testing.T, variant string) string {
	t.Helper()
	p, err := properties.Build{Scenario: "procresize", Variant: variant}.Program()
	if err != nil {
		t.Fatal(err)
	}
	rep, err := sched.Explore(ctx, p, sched.Options{Preemptions: 1})
	if err != nil {
		t.Fatal(err)
	}
	if len(rep.Findings) == 0 {
		return ""
	}
	return rep.Findings[0].Violation.Site
}
