package properties

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockheld/sched"
)

// A violation is kept as a schedule that the next run replays; the file says
// what happened, and a schedule for another model is told apart.
func TestKeep(t *testing.T) {
	defer os.RemoveAll(scheduleDir(t))
	b := Build{Scenario: "procresize", Variant: "before"}
	r := explore(t, b, bounded())
	if len(r.Findings) != 1 {
		t.Fatalf("findings %q", findings(r))
	}
	text := keep(t, b, &r.Findings[0])
	files, err := filepath.Glob(filepath.Join(scheduleDir(t), "*.sched"))
	if err != nil || len(files) != 1 {
		t.Fatalf("files %q, %v", files, err)
	}
	if !strings.Contains(text, files[0]) || !strings.Contains(text, "replay lh1:procresize:before:small:") {
		t.Errorf("says %q", text)
	}
	v, err := replayFile(files[0])
	if err != nil || v == nil || v.Site != "flush/entry" {
		t.Errorf("replay: %v, %v, want flush/entry", v, err)
	}

	kept, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(kept)), "\n")
	token, err := sched.ParseToken(lines[len(lines)-1])
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		change func(tok *sched.Token)
		want   error
	}{
		{func(tok *sched.Token) { tok.Model++ }, sched.ErrStale},
		{func(tok *sched.Token) { tok.Trace++ }, sched.ErrDiverged},
		{func(tok *sched.Token) { tok.Variant = "go1.16" }, sched.ErrDiverged},
	} {
		changed := *token
		tt.change(&changed)
		if err := os.WriteFile(files[0], []byte("# a line\n"+changed.String()+"\n"), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := replayFile(files[0]); !errors.Is(err, tt.want) {
			t.Errorf("%v: got %v, want %v", changed.String(), err, tt.want)
		}
	}
}
