"""What the launcher says, in Korean and English."""

from enum import Enum


class Text(Enum):
    """(Korean, English)"""

    BAD_NUMBER = (
        "{name}은(는) {least}에서 {most} 사이의 정수여야 합니다: '{value}'",
        "{name} must be a whole number from {least} to {most}, was '{value}'",
    )
    ALREADY_RUNNING = (
        (
            "Trading Bridge가 이미 실행 중입니다: {url} (프로세스 {pid}, 데이터 {var_dir}).\n"
            "하나 더 실행하려면 다른 폴더와 포트를 쓰세요: VAR_DIR=… PORT=… make run"
        ),
        (
            "Trading Bridge is already running: {url} (process {pid}, data in {var_dir}).\n"
            "To run another one, give it its own folder and port: VAR_DIR=… PORT=… make run"
        ),
    )
    PORT_TAKEN = (
        (
            "포트 {port}을(를) 다른 프로그램이 쓰고 있습니다. "
            "다른 포트로 실행하세요: PORT={other} make run"
        ),
        "Port {port} is taken by another program. Use another one: PORT={other} make run",
    )
    CANNOT_BIND = (
        "{host}:{port} 주소를 열 수 없습니다: {error}",
        "The address {host}:{port} cannot be opened: {error}",
    )
    FOLDER_UNUSABLE = (
        "{folder} 폴더를 쓸 수 없습니다: {error}. VAR_DIR로 다른 폴더를 지정하세요.",
        "{folder} cannot be used: {error}. Set VAR_DIR to a folder of yours.",
    )
    NO_DATABASE = (
        "데이터베이스를 시작할 수 없습니다.\n{error}",
        "The database could not be started.\n{error}",
    )
    DATABASE_ELSEWHERE = (
        (
            "{var_dir}에는 PostgreSQL을 실행하는 사용자가 들어갈 수 없어, "
            "데이터베이스는 {folder}에 둡니다."
        ),
        ("{var_dir} is closed to the user who runs PostgreSQL, so the database is in {folder}."),
    )
    BAD_DATABASE_URL = (
        (
            "DATABASE_URL을 읽을 수 없습니다. 형식: postgresql://user:password@host:5432/name. "
            "사용자와 암호의 / ? # @ : %는 %2F %3F %23 %40 %3A %25로 쓰세요."
        ),
        (
            "DATABASE_URL cannot be read. It is postgresql://user:password@host:5432/name; "
            "in the user and the password, write / ? # @ : and % as %2F %3F %23 %40 %3A %25."
        ),
    )
    DATABASE_UNREACHABLE = (
        "DATABASE_URL의 PostgreSQL에 연결할 수 없습니다: {error}",
        "PostgreSQL at DATABASE_URL cannot be reached: {error}",
    )
    SERVER_FAILED = (
        "서버가 시작되지 못했습니다. 이유는 위에 있습니다.",
        "The server could not start. The reason is above.",
    )
    FIRST_START = (
        "첫 실행: {var_dir}에 데이터베이스를 만듭니다 (몇 초).",
        "First start: making the database in {var_dir} (a few seconds).",
    )
    MIGRATING = (
        "데이터베이스 구조를 갱신합니다 ({count}건).",
        "Bringing the database's structure up to date ({count} steps).",
    )
    STOPPED = ("모두 멈췄습니다.", "Everything is stopped.")
    DATABASE_STAYS = (
        "멈췄습니다. PostgreSQL은 다른 명령이 쓰고 있어 그 명령과 함께 멈춥니다.",
        "Stopped. Another command still uses PostgreSQL, which stops together with it.",
    )
    READY = ("Trading Bridge가 준비되었습니다.", "Trading Bridge is ready.")
    DESK = ("데스크", "Desk")
    LOGIN = ("로그인", "Login")
    ORDERS = ("주문 내역", "Order history")
    API = ("API 문서", "API pages")
    LOGIN_IN_FILE = ("암호는 {file}에 있습니다", "the password is in {file}")
    PASSWORD_CHANGED = ("암호가 변경되었습니다", "the password was changed")
    TRY = (
        "다른 터미널에서 데모 알림을 보내 보세요:",
        "Send a demo alert from another terminal:",
    )
    REST = (
        "데모 토큰은 {file}에 있습니다. Ctrl-C로 종료합니다.",
        "The demo's tokens are in {file}. Ctrl-C stops everything.",
    )
    TOKENS_CHANGED = (
        "{file}의 데모 토큰은 더 이상 유효하지 않습니다. Ctrl-C로 종료합니다.",
        "The demo's tokens in {file} do not work any more. Ctrl-C stops everything.",
    )
    STOP_HINT = ("Ctrl-C로 종료합니다.", "Ctrl-C stops everything.")

    def say(self, language: str, **values: object) -> str:
        korean, english = self.value
        return (english if language == "en" else korean).format(**values)


class CannotStart(Exception):
    """One clear sentence and the way out; the launcher prints it and exits with 1."""

    def __init__(self, text: Text, **values: object) -> None:
        super().__init__(text.name)
        self.text = text
        self.values = values

    def say(self, language: str) -> str:
        return self.text.say(language, **self.values)
