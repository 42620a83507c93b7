//! From what PostgreSQL says to what can be done about it.

use abri_store::StoreError;
use deadpool_postgres::PoolError;
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

/// What went wrong with a statement or a transaction.
pub enum Fault {
    /// The connection was lost: what was sent last may have been done or not.
    Lost(Error),
    /// The transaction met another and was taken back: doing it again is right.
    Conflict(Error),
    /// The fence did not hold: the statement that moves it divided by zero, and all was taken back.
    Fenced,
    /// Anything else; all was taken back.
    Store(StoreError),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        let Some(told) = error.as_db_error() else {
            // Not from the server: a broken connection, or a value that could not be sent.
            let is_lost = error.is_closed()
                || std::error::Error::source(&error).is_some_and(|cause| cause.is::<std::io::Error>());
            return if is_lost { Fault::Lost(error) } else { Fault::Store(StoreError::engine(error)) };
        };
        match told.code() {
            &SqlState::DIVISION_BY_ZERO => Fault::Fenced,
            &SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED => Fault::Conflict(error),
            &SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN => Fault::Lost(error),
            &SqlState::DISK_FULL => Fault::Store(StoreError::Full),
            &SqlState::DATA_CORRUPTED | &SqlState::INDEX_CORRUPTED => {
                Fault::Store(StoreError::Damaged(told.message().into()))
            }
            // Classes 08 and 57: the connection breaks, the server is stopping or starting.
            code if code.code().starts_with("08") || code.code().starts_with("57") => Fault::Lost(error),
            _ => Fault::Store(StoreError::engine(error)),
        }
    }
}

impl From<PoolError> for Fault {
    fn from(error: PoolError) -> Fault {
        match error {
            PoolError::Backend(error) => error.into(),
            error => Fault::Store(StoreError::engine(error)),
        }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Fault {
        Fault::Store(error)
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> StoreError {
        match fault {
            Fault::Lost(error) | Fault::Conflict(error) => StoreError::engine(error),
            Fault::Fenced => StoreError::Fenced,
            Fault::Store(error) => error,
        }
    }
}
