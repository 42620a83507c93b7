use crate::house::House;

#[tokio::test]
async fn clients_find_a_server_they_know() {
    let house = House::open().await;
    let status =
        house.nobody("GET", "/status.php").await.is(200).has("\"installed\":true").has("\"maintenance\":false");
    let value: serde_json::Value = serde_json::from_str(&status.body).unwrap();
    let major: u32 = value["version"].as_str().unwrap().split('.').next().unwrap().parse().unwrap();
    assert!(major >= 16, "below, no login flow is chosen");
    house.nobody("GET", "/index.php/204").await.is(204);
}

#[tokio::test]
async fn capabilities_need_nobody_and_are_compact() {
    let house = House::open().await;
    for path in ["/ocs/v1.php/cloud/capabilities?format=json", "/ocs/v2.php/cloud/capabilities?format=json"] {
        let answer =
            house.nobody("GET", path).await.is(200).has("\"bigfilechunking\":true").has("\"chunking\":\"1.0\"");
        answer.lacks("bulkupload").lacks("files_sharing").lacks("notify_push");
    }
    house.nobody("GET", "/ocs/v1.php/cloud/capabilities?format=json").await.has("\"statuscode\":100,");
    house.nobody("GET", "/ocs/v2.php/cloud/capabilities?format=json").await.has("\"statuscode\":200,");
    let xml = house.nobody("GET", "/ocs/v2.php/cloud/capabilities").await.is(200);
    xml.has("<bigfilechunking>1</bigfilechunking>").has("<supportedTypes><element>SHA1</element>");
}

#[tokio::test]
async fn the_user_is_told() {
    let house = House::with(Some(100)).await;
    let answer = house.ada("GET", "/ocs/v1.php/cloud/user?format=json", &[], "").await.is(200);
    let answer = answer.has("\"id\":\"ada\"").has("\"free\":100").has("\"quota\":100");
    answer.has("\"display-name\":");
    let nobody = house.nobody("GET", "/ocs/v1.php/cloud/user?format=json").await.is(401);
    assert!(nobody.header("www-authenticate").starts_with("Basic "));
    nobody.has("\"statuscode\":997");
    let free = House::open().await;
    free.ada("GET", "/ocs/v2.php/cloud/user?format=json", &[], "").await.is(200).has("\"quota\":-3");
}

#[tokio::test]
async fn what_is_not_there_is_404() {
    let house = House::open().await;
    // A 200 here would mean to the desktop that terms of service must be signed.
    house.ada("GET", "/ocs/v2.php/apps/terms_of_service/terms?format=json", &[], "").await.is(404);
    house
        .ada("GET", "/ocs/v2.php/apps/notifications/api/v2/notifications", &[], "")
        .await
        .is(404)
        .has("<statuscode>404</statuscode>");
    house
        .ada("GET", "/ocs/v1.php/apps/files_sharing/api/v1/shares", &[], "")
        .await
        .is(404)
        .has("<statuscode>998</statuscode>");
}
