package live

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// module is the toolchain of Go 1.16.
const module = "golang.org/toolchain@v0.0.1-go1.16.linux-amd64"

// Toolchain is a copy of a toolchain that can be changed.
type Toolchain struct {
	root string // GOROOT
	work string // caches and results
}

// Find returns the directory of the module with the toolchain of Go 1.16, after
// the go command has got it if it was not there. The error says why not.
func Find(ctx context.Context, dir string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", module)
	cmd.Dir = dir // in no module
	cmd.Env = append(os.Environ(), "GOWORK=off", "GO111MODULE=on")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	var info struct{ Dir, Error string }
	if json.Unmarshal(out, &info) == nil && info.Error != "" {
		return "", fmt.Errorf("go mod download: %s", firstLine(info.Error))
	}
	if err != nil {
		return "", fmt.Errorf("go mod download: %w: %s", err, firstLine(stderr.String()))
	}
	if info.Dir == "" {
		return "", fmt.Errorf("go mod download: no directory")
	}
	return info.Dir, nil
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	return s
}

// tools are the programs of a toolchain that a build needs.
var tools = []string{"asm", "compile", "link"}

// Copy copies what a build of the tests of package runtime needs of the toolchain
// at from, below dir: go command, tools, and the source without the tests, the
// runtime's test helpers excepted. The module has no programs that may be
// executed, the copy has.
func Copy(from, dir string) (*Toolchain, error) {
	t := &Toolchain{root: filepath.Join(dir, "go"), work: filepath.Join(dir, "work")}
	if err := os.MkdirAll(t.work, 0o777); err != nil {
		return nil, err
	}
	err := copyTree(filepath.Join(from, "src"), filepath.Join(t.root, "src"), wanted)
	if err == nil {
		err = copyTree(filepath.Join(from, "pkg", "include"), filepath.Join(t.root, "pkg", "include"), nil)
	}
	if err == nil {
		err = copyFile(filepath.Join(from, "VERSION"), filepath.Join(t.root, "VERSION"), 0o666)
	}
	programs := [][]string{{"bin", "go"}}
	for _, name := range tools {
		programs = append(programs, []string{"pkg", "tool", "linux_amd64", name})
	}
	for _, p := range programs {
		if err == nil {
			name := filepath.Join(p...)
			err = copyFile(filepath.Join(from, name), filepath.Join(t.root, name), 0o777)
		}
	}
	return t, err
}

// wanted reports whether a build needs a file of the source, named from src with
// slashes.
func wanted(name string, dir bool) bool {
	if dir {
		return name != "cmd" && filepath.Base(name) != "testdata"
	}
	if !strings.HasSuffix(name, "_test.go") {
		return true
	}
	return strings.HasPrefix(name, "runtime/export_") && strings.Count(name, "/") == 1
}

// copyTree copies the files below from that keep reports, all if it is nil.
func copyTree(from, to string, keep func(name string, dir bool) bool) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if name != "." && keep != nil && !keep(filepath.ToSlash(name), d.IsDir()) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, name), 0o777)
		}
		return copyFile(path, filepath.Join(to, name), 0o666)
	})
}

func copyFile(from, to string, mode fs.FileMode) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		return err
	}
	return os.WriteFile(to, text, mode)
}

// runtimeFile is the name of a file of package runtime in the copy.
func (t *Toolchain) runtimeFile(name string) string {
	return filepath.Join(t.root, "src", "runtime", name)
}

// Add puts a file into package runtime of the copy.
func (t *Toolchain) Add(name string, text []byte) error {
	return os.WriteFile(t.runtimeFile(name), text, 0o666)
}

// Change replaces a file of package runtime by what edit makes of it.
func (t *Toolchain) Change(name string, edit func(src []byte) ([]byte, error)) error {
	src, err := os.ReadFile(t.runtimeFile(name))
	if err != nil {
		return err
	}
	if src, err = edit(src); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return t.Add(name, src)
}

// environ is the environment of the programs of the copy: that of the caller
// without what would make the go command another one.
func (t *Toolchain) environ(more ...string) []string {
	env := slices.DeleteFunc(os.Environ(), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		return strings.HasPrefix(name, "GO") || strings.HasPrefix(name, "CGO_") || strings.HasPrefix(name, "LIVE_")
	})
	env = append(env, "GOROOT="+t.root, "GOENV=off", "GOTOOLCHAIN=local", "GOFLAGS=", "GOPROXY=off", "CGO_ENABLED=0",
		"GOCACHE="+filepath.Join(t.work, "cache"), "GOPATH="+filepath.Join(t.work, "path"), "GOTMPDIR=")
	return append(env, more...)
}

// Build builds the tests of package runtime, with the lock assertions on.
func (t *Toolchain) Build(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, filepath.Join(t.root, "bin", "go"), "test", "-c", "-vet=off", "-tags", "goexperiment.staticlockranking",
		"-o", t.program(), "runtime")
	cmd.Dir = filepath.Join(t.root, "src")
	cmd.Env = t.environ()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go test -c runtime: %w\n%s", err, out)
	}
	return nil
}

func (t *Toolchain) program() string { return filepath.Join(t.work, "runtime.test") }

// Run runs one test of what was built and returns what it wrote.
func (t *Toolchain) Run(ctx context.Context, test string, env ...string) (string, error) {
	cmd := exec.CommandContext(ctx, t.program(), "-test.run", "^"+test+"$", "-test.v")
	cmd.Dir = t.work
	cmd.Env = t.environ(env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}
